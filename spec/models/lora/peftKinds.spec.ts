/** DoRA and rsLoRA as peft writes them, beside what diffusers makes of their files. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../../models/checkpoint';
import { toF32 } from '../../../models/floats';
import { withLoras } from '../../../models/lora/withLoras';
import { encodeSafetensors, type NamedTensor } from '../../../models/safetensorsWriter';
import { fromRoot } from '../../root';
import { memorySource } from '../memoryFolder';
import { randomModel, uniform } from '../randomModel';
import { rejects } from '../rejects';

interface Case {
  readonly case: 'DoRA' | 'rsLoRA';
  /** What diffusers writes beside the tensors. */
  readonly metadata: string;
  readonly weights: readonly { readonly layer: string; readonly stride: number; readonly values: readonly number[] }[];
}
const cases: readonly Case[] = JSON.parse(readFileSync(fromRoot('spec/vectors/peft-kinds.json'), 'utf8'));

const A = await openDiffusersFolder(await randomModel('A'));
const RANK = 4;

function tensorsOf({ case: name, weights }: Case): NamedTensor[] {
  return weights.flatMap(({ layer }) => {
    const [rows, inputs, ...kernel] = A.weights('unet').info(`${layer}.weight`)!.shape as [number, number];
    const tensor = (part: string, shape: number[], spread = 0.5, mean = 0): NamedTensor => {
      const count = shape.reduce((product, size) => product * size, 1);
      const values = uniform(`${name}/${layer}/${part}`, count, spread, mean);
      return { name: `unet.${layer}.${part}`, dtype: 'F32', shape, data: new Uint8Array(values.buffer) };
    };
    const ones = kernel.map(() => 1);
    return [
      tensor('lora_A.weight', [RANK, inputs, ...kernel]),
      tensor('lora_B.weight', [rows, RANK, ...ones]),
      ...(name === 'DoRA'
        ? [tensor('lora_magnitude_vector', kernel.length > 0 ? [1, rows, ...ones] : [rows], 1, 2)]
        : []),
    ];
  });
}

const changed = (tensors: readonly NamedTensor[], metadata: string) =>
  withLoras(A, [
    {
      source: memorySource('peft.safetensors', encodeSafetensors(tensors, { lora_adapter_metadata: metadata })),
      weight: 1,
    },
  ]);

for (const each of cases)
  test(`${each.case}: linear layers and convolutions are those that diffusers fuses`, async () => {
    const { weights } = await changed(tensorsOf(each), each.metadata);
    assert.is(each.weights.length, 3);
    for (const { layer, stride, values } of each.weights) {
      const got = toF32('F32', await weights('unet').read(`${layer}.weight`)).filter((_, i) => i % stride === 0);
      const largest = Math.max(...values.map(Math.abs));
      const error = Math.max(...values.map((value, i) => Math.abs(value - got[i]!))) / largest;
      assert.is(got.length, values.length);
      assert.ok(error < 2e-6, `${layer}: ${error}`);
    }
  });

test('magnitudes that are as many as neither side has are refused; so is rsLoRA that does not say its alpha', async () => {
  const [dora, rslora] = cases as [Case, Case];
  const tensors = tensorsOf(dora);
  const at = tensors.findIndex(({ shape }) => shape.length === 4 && shape[0] === 1);
  const { shape, data } = tensors[at]!;
  const half = { ...tensors[at]!, shape: [1, shape[1]! / 2, 1, 1], data: data.slice(0, data.length / 2) };
  await rejects(
    () => changed(tensors.with(at, half), dora.metadata),
    'bad-model',
    'lora_magnitude_vector',
    `[${half.shape}]`,
  );
  const silent = JSON.stringify({ ...JSON.parse(rslora.metadata), 'unet.lora_alpha': undefined });
  const { weights } = await changed(tensorsOf(rslora), silent);
  const read = () => weights('unet').read(`${rslora.weights[0]!.layer}.weight`);
  await rejects(read, 'bad-model', 'unet.lora_alpha', 'a number');
});

test.run();
