/** Every kind of change, as LyCORIS computes it, under the names of kohya, of PEFT and of LDM, whole or a few rows at a time. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { toF32 } from '../../../models/floats';
import { openLora } from '../../../models/lora/loraFile';
import { withLoras } from '../../../models/lora/withLoras';
import { encodeSafetensors, type NamedTensor } from '../../../models/safetensorsWriter';
import { fromRoot } from '../../root';
import { memorySource } from '../memoryFolder';
import { randomModel, uniform } from '../randomModel';
import { rejects } from '../rejects';
import { number } from './randomLora';

interface Expected {
  readonly case: string;
  readonly name: string;
  readonly stride: number;
  readonly values: readonly number[];
}
const vectors: readonly Expected[] = JSON.parse(readFileSync(fromRoot('spec/vectors/lycoris-kinds.json'), 'utf8'));

interface Case {
  readonly name: string;
  readonly layer: string;
  readonly ldm: string;
  readonly alpha: number | null;
  readonly weight: number;
  readonly parts: Readonly<Record<string, number[]>>;
  /** The number that IA3's `on_input` is. */
  readonly onInput?: number;
}
const cases: readonly Case[] = JSON.parse(readFileSync(fromRoot('spec/models/lora/lycorisCases.json'), 'utf8'));
type Naming = (each: Case, part: string) => string;

const A = await openDiffusersFolder(await randomModel('A'));

const LORA_PARTS = new Set(['down', 'mid', 'up']);
/** Of the other kinds most parts are called in the file what they are called here. */
const called = (part: string): string => {
  if (LORA_PARTS.has(part)) return `lora_${part}.weight`;
  return part === 'ia3' ? 'weight' : part.replace(/^[ab][12]$/, '$&.weight');
};
const kohya =
  (path: (each: Case) => string): Naming =>
  (each, part) =>
    `lora_unet_${path(each).replaceAll('.', '_')}.${called(part)}`;
const PEFT_PARTS: Readonly<Record<string, string>> = {
  ...{ down: 'lora_A.weight', up: 'lora_B.weight', mid: 'lora_mid.weight', dora_scale: 'lora_magnitude_vector' },
};
const NAMINGS: Readonly<Record<string, Naming>> = {
  kohya: kohya(({ layer }) => layer),
  'kohya over LDM names': kohya(({ ldm }) => ldm),
  PEFT: ({ layer }, part) => `unet.${layer}.${PEFT_PARTS[part] ?? called(part)}`,
  LyCORIS: ({ layer }, part) => `lycoris_${layer.replaceAll('.', '_')}.${called(part)}`,
};

/** PEFT knows magnitudes of outputs alone. */
const isOfInputs = ({ parts }: Case): boolean => 'dora_scale' in parts && parts.dora_scale![0] === 1;
const namings = (each: Case) => Object.entries(NAMINGS).filter(([label]) => label !== 'PEFT' || !isOfInputs(each));

function tensorsOf(each: Case, naming: Naming): NamedTensor[] {
  const parts = Object.entries(each.parts).map(([part, shape]): NamedTensor => {
    if (part === 'on_input') return { name: naming(each, part), ...integer(each.onInput!) };
    const count = shape.reduce((product, size) => product * size, 1);
    // Magnitudes are lengths of rows, which are about 2; outputs are made longer by factors about 1.
    const [spread, mean] = part === 'dora_scale' ? [1, 2] : part === 'rescale' ? [1, 1] : [2, 0];
    const values = uniform(`${each.name}/${part}`, count, spread!, mean!);
    return { name: naming(each, part), dtype: 'F32', shape, data: new Uint8Array(values.buffer) };
  });
  return each.alpha === null ? parts : [...parts, { name: naming(each, 'alpha'), ...number(each.alpha) }];
}

const integer = (value: number): Omit<NamedTensor, 'name'> => ({
  ...{ dtype: 'I64', shape: [], data: new Uint8Array(BigInt64Array.of(BigInt(value)).buffer) },
});

const changed = (each: Case, tensors: readonly NamedTensor[], weight = each.weight) =>
  withLoras(A, [{ source: memorySource('kind.safetensors', encodeSafetensors(tensors)), weight }]);

for (const each of cases)
  test(`${each.name}: the weight is LyCORIS's, under every naming`, async () => {
    const expected = vectors.filter((vector) => vector.case === each.name);
    assert.is(expected.length, 'diff_b' in each.parts ? 2 : 1);
    for (const [label, naming] of namings(each)) {
      const { weights } = await changed(each, tensorsOf(each, naming));
      for (const { name, stride, values } of expected) {
        const got = toF32('F32', await weights('unet').read(name)).filter((_, i) => i % stride === 0);
        const largest = Math.max(...values.map(Math.abs));
        const error = Math.max(...values.map((value, i) => Math.abs(value - got[i]!))) / largest;
        assert.is(got.length, values.length);
        // Sums of a few float32 products, in another order.
        assert.ok(error < 2e-6, `${label}: ${name}: ${error}`);
      }
    }
  });

for (const each of cases)
  test(`${each.name}: rows are those of the whole; weight 0 is the model's own`, async () => {
    const name = `${each.layer}.weight`;
    const source = (await changed(each, tensorsOf(each, NAMINGS.kohya!))).weights('unet');
    const whole = await source.read(name);
    const rows = source.info(name)!.shape[0]!;
    const rowBytes = whole.length / rows;
    for (let begin = 0; begin < rows; begin += 7) {
      const end = Math.min(rows, begin + 7);
      assert.equal(await source.read(name, { begin, end }), whole.slice(begin * rowBytes, end * rowBytes));
    }
    const none = (await changed(each, tensorsOf(each, NAMINGS.kohya!), 0)).weights('unet');
    assert.equal(await none.read(name), await A.weights('unet').read(name));
  });

for (const each of cases)
  test(`${each.name}: a part that is missing, or does not fit, is refused by name`, async () => {
    const tensors = tensorsOf(each, NAMINGS.kohya!);
    const parts = Object.keys(each.parts);
    for (const [i, part] of parts.entries()) {
      const wide = tensors.map((tensor, at) => (at === i ? doubled(tensor) : tensor));
      await rejects(() => changed(each, wide), 'bad-model', 'kind.safetensors', each.layer.replaceAll('.', '_'));
      // What may be there or not: then it is another kind, or its factors do not fit.
      if (/^(dora_scale|diff_b|mid|diff|rescale|on_input)$/.test(part)) continue;
      const without = tensors.filter((_, at) => at !== i);
      await rejects(() => changed(each, without), 'bad-model', 'kind.safetensors');
    }
  });

test('IA3 whose factors are as many as the other side has is refused by that, a weight that is none by its lack of others', async () => {
  const each = cases.find(({ name }) => name === "IA3 of a convolution's inputs")!;
  const tensors = tensorsOf({ ...each, onInput: 0 }, NAMINGS.kohya!);
  const { weights } = await changed(each, tensors);
  const read = () => weights('unet').read(`${each.layer}.weight`);
  await rejects(read, 'bad-model', 'conv1.weight', '64 factors, as on_input says');
  await rejects(() => changed(each, tensors.slice(0, 1)), 'bad-model', 'kind.safetensors', 'a LoRA');
});

const doubled = (tensor: NamedTensor): NamedTensor => ({
  ...tensor,
  shape: [2 * (tensor.shape[0] ?? 1), ...tensor.shape.slice(1)],
  data: new Uint8Array(2 * tensor.data.length),
});

test('LoRAs for other models are refused, by the model that they are for', async () => {
  const named = (name: string, shape = [4, 4], metadata?: Record<string, string>) => {
    const data = new Uint8Array(4 * shape.reduce((product, size) => product * size, 1));
    return memorySource('style.safetensors', encodeSafetensors([{ name, dtype: 'F32', shape, data }], metadata));
  };
  const key = 'lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight';
  for (const [source, base] of [
    [named(key, [4, 2048]), 'Stable Diffusion XL'],
    [named(key, [4, 1024]), 'Stable Diffusion 2.x'],
    [named('unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_v.lora_A.weight', [4, 2048]), 'XL'],
    [named('lora_unet_input_blocks_4_1_transformer_blocks_1_attn1_to_k.lora_down.weight'), 'Stable Diffusion XL'],
    [named('unet.down_blocks.2.attentions.1.transformer_blocks.9.ff.net.2.lora_B.weight'), 'Stable Diffusion XL'],
    [named('lora_unet_double_blocks_0_img_attn_proj.lora_down.weight'), 'Flux'],
    [named('transformer.single_transformer_blocks.3.attn.to_q.lora_A.weight'), 'Flux'],
    [named('lora_unet_joint_blocks_0_x_block_attn_qkv.lora_down.weight'), 'Stable Diffusion 3'],
    [named(key, [4, 768], { ss_base_model_version: 'sdxl_base_v1-0' }), 'Stable Diffusion XL'],
    [named(key, [4, 768], { 'modelspec.architecture': 'stable-diffusion-v2-768-v/lora' }), 'Stable Diffusion 2.x'],
  ] as const)
    await rejects(() => openLora(source), 'unsupported-model', 'style.safetensors', base);
});

test.run();
