/** Integers that somebody else rounded, stored for the CPU as they are: in every layout the one that rounds to nearest has. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromF32 } from '../../../models/floats';
import { packedBytes, planTensors } from '../../../models/pack';
import { encoded } from '../../../models/quantize/encode';
import type { IntegerWeight } from '../../../models/quantize/integerWeights';
import { quantize } from '../../../models/quantize/rounding';
import { weightInMemory } from '../../../models/quantize/weight';
import type { WeightForm } from '../../../models/quantize/weightForm';
import { uniform } from '../randomModel';
import { rejects } from '../rejects';

type Shape = readonly number[];

async function packed(form: WeightForm, shape: Shape, weights: Float32Array, rounded?: IntegerWeight) {
  const planned = planTensors([{ name: 'x.weight', shape }], () => 'F32', form);
  const file = new Uint8Array(packedBytes(planned));
  const weight = weightInMemory('x', 'F32', shape, fromF32('F32', weights));
  for await (const { offset, bytes } of encoded(planned, weight, rounded)) file.set(bytes, offset);
  return Buffer.from(file);
}

/** Integers and scales of `[rows, columns]`, one scale for each row. */
function nearest(shape: Shape, most: number, weights: Float32Array): IntegerWeight {
  const scales = new Float32Array(shape[0]!);
  const values = new Int8Array(weights.length);
  quantize(weights, most, scales, values);
  return { values, scales, most };
}

const weightsOf = (shape: Shape): Float32Array =>
  uniform(
    `${shape}`,
    shape.reduce((count, size) => count * size, 1),
    2,
    0,
  );

for (const shape of [
  [40, 96],
  [12, 20, 3, 3],
  [12, 20, 1, 1],
] as const) {
  test(`int8 [${shape}]: the same file as of the weights themselves, and another where an integer is another`, async () => {
    const weights = weightsOf(shape);
    const rounded = nearest(shape, 127, weights);
    const file = await packed('int8', shape, weights);
    assert.ok(file.equals(await packed('int8', shape, weights, rounded)));
    rounded.values[7]! ^= 1;
    assert.not.ok(file.equals(await packed('int8', shape, weights, rounded)));
  });
}

test('int4: every block of a row has the row’s scale, and the row’s integers', async () => {
  const shape = [6, 64];
  const weights = weightsOf(shape);
  const { values, scales, most } = nearest(shape, 7, weights);
  const file = await packed('int4', shape, weights, { values, scales, most });
  const stored = new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + 48));
  assert.equal(
    [...stored],
    [...scales].flatMap((scale) => [scale, scale]),
  );
  const nibbles = file.subarray(file.length - 192);
  for (let i = 0; i < values.length; i++) assert.is(((nibbles[i >> 1]! >> (4 * (i & 1))) & 15) - 8, values[i]);
});

test('four-bit integers fit where eight are stored, eight-bit ones not where four are', async () => {
  const shape = [6, 64];
  const weights = weightsOf(shape);
  await packed('int8', shape, weights, nearest(shape, 7, weights));
  await rejects(() => packed('int4', shape, weights, nearest(shape, 127, weights)), 'bad-argument', 'x', '±7', '±127');
});

test.run();
