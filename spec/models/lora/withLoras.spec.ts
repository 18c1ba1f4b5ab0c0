import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { fromF32, toF32 } from '../../../models/floats';
import type { LoraChoice } from '../../../models/lora/changes';
import { withLoras } from '../../../models/lora/withLoras';
import type { NamedTensor } from '../../../models/safetensorsWriter';
import { fromRoot } from '../../root';
import { memorySource } from '../memoryFolder';
import { randomModel } from '../randomModel';
import { rejects } from '../rejects';
import { halved, LAYERS, loraFile, loraTensors, NAMINGS, number } from './randomLora';

interface Vectors {
  readonly choices: readonly { name: string; weight: number; alpha: number | null }[];
  readonly fused: Readonly<Record<string, { stride: number; values: number[] }>>;
}
const vectors: Vectors = JSON.parse(readFileSync(fromRoot('spec/vectors/loras.json'), 'utf8'));

const A = await openDiffusersFolder(await randomModel('A'));
const KOHYA = NAMINGS.kohya!;

const choice = (tensors: readonly NamedTensor[], weight = 1, metadata?: Record<string, string>): LoraChoice => ({
  source: memorySource('style.safetensors', loraFile(tensors, metadata)),
  weight,
});
const first = (naming = KOHYA, alpha: number | null = 3): NamedTensor[] =>
  loraTensors(A.description, 'first', naming, alpha);

/** The values of every weight that the LoRAs change. */
async function merged(choices: readonly LoraChoice[]): Promise<Map<string, Float32Array>> {
  const checkpoint = await withLoras(A, choices);
  const values = new Map<string, Float32Array>();
  for (const { layer, part } of LAYERS) {
    const name = `${layer}.weight`;
    const source = checkpoint.weights(part === 'unet' ? 'unet' : 'text_encoder');
    values.set(name, toF32('F32', await source.read(name)));
  }
  return values;
}

test('two LoRAs, with alpha and without, are the weights that diffusers and peft fuse', async () => {
  const choices = vectors.choices.map(({ name, weight, alpha }) =>
    choice(loraTensors(A.description, name, KOHYA, alpha), weight),
  );
  const values = await merged(choices);
  assert.is(Object.keys(vectors.fused).length, LAYERS.length);
  for (const [name, { stride, values: expected }] of Object.entries(vectors.fused)) {
    const got = values.get(name)!.filter((_, i) => i % stride === 0);
    const largest = Math.max(...expected.map(Math.abs));
    const error = Math.max(...expected.map((value, i) => Math.abs(value - got[i]!))) / largest;
    assert.is(got.length, expected.length, name);
    assert.ok(error < 1e-6, `${name}: ${error}`);
  }
});

for (const [label, naming] of Object.entries(NAMINGS)) {
  test(`${label}: the same numbers under other names are the same merge`, async () => {
    assert.equal(await merged([choice(first(naming))]), await merged([choice(first())]));
  });
}

test('alpha in the metadata of diffusers counts as alpha in tensors, a pattern before the rest', async () => {
  const layer = LAYERS[0]!.layer;
  const metadata = {
    lora_adapter_metadata: JSON.stringify({
      'unet.lora_alpha': 3,
      'text_encoder.lora_alpha': 3,
      'unet.alpha_pattern': { [layer]: 12 },
    }),
  };
  const plain = await merged([choice(first())]);
  const other = await merged([choice(first(NAMINGS.PEFT, null), 1, metadata)]);
  const stronger = await merged([choice(first(KOHYA, 12))]);
  for (const [name, values] of other) {
    assert.equal(values, (name === `${layer}.weight` ? stronger : plain).get(name), name);
  }
});

test('rows of a merged weight are those of the whole, however they are cut; the factors are read once', async () => {
  const file = choice(first());
  let reads = 0;
  const read = (start: number, end: number) => {
    reads += 1;
    return file.source.read(start, end);
  };
  const checkpoint = await withLoras(A, [{ ...file, source: { ...file.source, read } }, choice(first(), -0.3)]);
  for (const { layer, part } of LAYERS) {
    const name = `${layer}.weight`;
    const source = checkpoint.weights(part === 'unet' ? 'unet' : 'text_encoder');
    const whole = await source.read(name);
    const [before, count] = [reads, source.info(name)!.shape[0]!];
    for (let begin = 0; begin < count; begin += 5) {
      const end = Math.min(count, begin + 5);
      const rowBytes = whole.length / count;
      assert.equal(await source.read(name, { begin, end }), whole.slice(begin * rowBytes, end * rowBytes), name);
    }
    assert.is(reads, before);
  }
});

test('weight 0 leaves every byte, and a LoRA with its opposite cancels to the last bits', async () => {
  const untouched = await merged([choice(first(), 0)]);
  const back = await merged([choice(first(), 0.7), choice(first(), -0.7)]);
  for (const [name, values] of untouched) {
    const stage = name.startsWith('text_model') ? 'text_encoder' : 'unet';
    assert.equal(values, toF32('F32', await A.weights(stage).read(name)), name);
    const drift = values.reduce((most, value, i) => Math.max(most, Math.abs(value - back.get(name)![i]!)), 0);
    assert.ok(drift < 1e-6, `${name}: ${drift}`);
  }
});

test('what the LoRA does not name is read as it was, also beside what it does', async () => {
  const { weights } = await withLoras(A, [choice(first())]);
  for (const name of ['conv_in.weight', 'mid_block.attentions.0.proj_in.weight']) {
    assert.equal(await weights('unet').read(name), await A.weights('unet').read(name), name);
  }
});

test('a half-precision checkpoint gets the f32 sum rounded once, of BF16 not at all, also from half-precision factors', async () => {
  const name = `${LAYERS[1]!.layer}.weight`;
  const base = A.weights('unet');
  for (const dtype of ['F16', 'BF16'] as const) {
    const info = (key: string) => ({ ...base.info(key)!, dtype, bytes: base.info(key)!.bytes / 2 });
    const rounded = async (key: string) => fromF32(dtype, toF32('F32', await base.read(key)));
    const half = { ...A, weights: () => ({ ...base, info, read: rounded }) };
    const exactly = {
      ...A,
      weights: () => ({ ...base, read: async (key: string) => asF32(dtype, await rounded(key)) }),
    };
    const loras = [choice(first().map((tensor) => (tensor.shape.length > 0 ? halved(tensor) : tensor)))];
    const got = await (await withLoras(half, loras)).weights('unet').read(name);
    const sum = toF32('F32', await (await withLoras(exactly, loras)).weights('unet').read(name));
    assert.equal(got, fromF32(dtype === 'F16' ? 'F16' : 'F32', sum), dtype);
  }
});

const asF32 = (dtype: 'F16' | 'BF16', bytes: Uint8Array): Uint8Array => fromF32('F32', toF32(dtype, bytes));

test('a convolution through a k×k middle is the three kernels in a row', async () => {
  // down 1×1 [2, 32], mid 3×3 [1, 2, 3, 3], up [64, 1]: one entry each, so that the sum has one term.
  const module = 'lora_unet_down_blocks_1_resnets_0_conv1';
  const put = (shape: number[], at: number, value: number): Omit<NamedTensor, 'name'> => {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    values[at] = value;
    return { dtype: 'F32', shape, data: new Uint8Array(values.buffer) };
  };
  const tensors = [
    { name: `${module}.lora_down.weight`, ...put([2, 32, 1, 1], 1 * 32 + 7, 2) },
    { name: `${module}.lora_mid.weight`, ...put([1, 2, 3, 3], 1 * 9 + 5, 3) },
    { name: `${module}.lora_up.weight`, ...put([64, 1, 1, 1], 11, 5) },
    { name: `${module}.alpha`, ...number(0.5) },
  ];
  const name = 'down_blocks.1.resnets.0.conv1.weight';
  const before = toF32('F32', await A.weights('unet').read(name));
  const after = toF32('F32', await (await withLoras(A, [choice(tensors)])).weights('unet').read(name));
  // Row 11, channel 7, tap 5: 5 · 3 · 2 · alpha 0.5 / rank 1.
  const at = (11 * 32 + 7) * 9 + 5;
  before[at] = before[at]! + 15;
  assert.equal(after, before);
});

test('a LoRA for another model is refused by name; the few modules that match nothing are left out and listed', async () => {
  const renamed = (from: string, to: string) =>
    first().map((tensor) => ({ ...tensor, name: tensor.name.replace(from, to) }));
  await rejects(
    () => withLoras(A, [choice(renamed('lora_unet_', 'lora_unet_other_'))]),
    'bad-model',
    'style.safetensors',
    'lora_unet_other_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q',
    'and 3 more',
  );
  const some = await withLoras(A, [choice(renamed('attentions_0', 'attentions_9'))]);
  const strangers = LAYERS.filter(({ layer }) => layer.includes('attentions.0'));
  assert.is(some.ignored!.length, strangers.length);
  assert.is(
    some.ignored![0],
    'style.safetensors: lora_unet_down_blocks_0_attentions_9_transformer_blocks_0_attn1_to_q',
  );
  const { ignored } = await withLoras(A, [choice(renamed('lora_te_', 'lora_te2_'))]);
  assert.is(ignored!.length, LAYERS.filter(({ part }) => part === 'text_encoder').length);
  assert.ok(ignored![0]!.includes('lora_te2_text_model_encoder_layers_0_self_attn_q_proj'), ignored![0]!);
});

test('factors that do not fit, a missing one, other kinds of change and other files are refused', async () => {
  const changed = (index: number, change: Partial<NamedTensor>) => () =>
    withLoras(A, [choice(first().map((tensor, i) => (i === index ? { ...tensor, ...change } : tensor)))]);
  const flat = first()[0]!;
  await rejects(changed(0, { shape: [...flat.shape].reverse() }), 'bad-model', 'attn1_to_q', '[32,32]', '[32,4]');
  await rejects(() => withLoras(A, [choice(first().slice(1))]), 'bad-model', 'all factors of LoRA', 'no lora_down');
  await rejects(changed(2, { name: 'lora_unet_x.oft_R.default.weight' }), 'unsupported-model', 'OFT');
  await rejects(changed(2, { name: 'lora_unet_x.lambda_layer' }), 'unsupported-model', 'T-LoRA');
  await rejects(changed(2, { name: 'conv_in.weight' }), 'bad-model', 'a LoRA', 'conv_in.weight');
  await rejects(() => withLoras(A, [choice([])]), 'bad-model', 'a file without tensors');
  await rejects(() => withLoras(A, [choice(first(), Number.NaN)]), 'bad-argument', 'NaN');
  const { weights } = await withLoras(A, [choice([...first().slice(0, 2), { ...first()[2]!, ...number(Number.NaN) }])]);
  await rejects(() => weights('unet').read(`${LAYERS[0]!.layer}.weight`), 'bad-model', 'one finite number', 'NaN');
});

test.run();
