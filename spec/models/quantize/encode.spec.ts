/** Weights as they are stored: every number where its layout puts it, however few rows are read at a time. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { WeightDtype } from '../../../models/dtype';
import { bytesOf, fromF32, toF32 } from '../../../models/floats';
import { packedBytes, planTensors } from '../../../models/pack';
import { encoded } from '../../../models/quantize/encode';
import { weightInMemory } from '../../../models/quantize/weight';
import type { WeightForm } from '../../../models/quantize/weightForm';
import type { PackedTensor } from '../../../models/stage';
import { quantize } from '../packedWeights';
import { rejects } from '../rejects';

const wave = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => 3 * Math.sin(i * 1.7 + (i % 11)));

/** Where the layouts of plan.ts put number `i` of a weight `[results, channels]`, or of one with kernels of 9 taps. */
const PLACES = {
  columns: (i: number, { results, channels }: Sizes) => (i % channels) * results + Math.floor(i / channels),
  rows: (i: number) => i,
  taps: (i: number, { results, channels }: Sizes) =>
    ((i % 9) * channels + (Math.floor(i / 9) % channels)) * results + Math.floor(i / (9 * channels)),
};
interface Sizes {
  readonly results: number;
  readonly channels: number;
}

/** What is stored of a weight for each of `planned`. */
async function stored(
  planned: readonly PackedTensor[],
  dtype: WeightDtype,
  shape: readonly number[],
  bytes: Uint8Array,
) {
  const file = new Uint8Array(packedBytes(planned));
  let reached = planned[0]!.offset;
  for await (const piece of encoded(planned, weightInMemory('x', dtype, shape, bytes))) {
    assert.ok(piece.offset >= reached, 'from front to back');
    file.set(piece.bytes, piece.offset);
    reached = piece.offset + piece.bytes.length;
  }
  assert.is(reached, file.length);
  return planned.map((tensor) => file.slice(tensor.offset, tensor.offset + tensor.bytes));
}

const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

// Rounded in several goes, the last of them shorter; the larger ones are read in several, too.
for (const [layout, name, shape, dtypes] of [
  ['columns', 'x.weight', [83, 1700], ['F32', 'F16', 'BF16']],
  ['rows', 'token_embedding.weight', [83, 1700], ['F32', 'F16', 'BF16']],
  ['taps', 'x.weight', [83, 190, 3, 3], ['F32', 'F16', 'BF16']],
  ['columns', 'x.weight', [40, 66_000], ['F16']],
  ['rows', 'token_embedding.weight', [40, 66_000], ['F16']],
  ['taps', 'x.weight', [40, 7400, 3, 3], ['F16']],
] as const) {
  test(`int8 ${layout} [${shape}]: every number where the layout puts it, from ${dtypes.join(', ')}`, async () => {
    const [results, channels] = shape;
    const planned = planTensors([{ name, shape }], () => 'F32', 'int8');
    assert.equal(
      planned.map((tensor) => tensor.name),
      [`${name}/scales`, `${name}/${layout}`],
    );
    for (const dtype of dtypes) {
      const source = fromF32(dtype, wave(count(shape)));
      const { values, scales } = quantize(toF32(dtype, source), results, 127);
      const [scaled, integers] = await stored(planned, dtype, shape, source);
      assert.equal(toF32('F32', scaled!), scales);
      const placed = new Int8Array(values.length);
      for (const [i, value] of values.entries()) placed[PLACES[layout](i, { results, channels })] = value;
      assert.ok(Buffer.from(placed.buffer).equals(integers!), dtype);
      // As an import that goes on in the middle asks for it.
      const [alone] = await stored(planned.slice(1), dtype, shape, source);
      assert.ok(Buffer.from(integers!).equals(alone!), dtype);
    }
  });
}

for (const shape of [
  [83, 64 * 32],
  [40, 66_016],
] as const) {
  test(`int4 blocks [${shape}]: every number, in several goes`, async () => {
    const planned = planTensors([{ name: 'x.weight', shape }], () => 'F32', 'int4');
    const source = fromF32('F16', wave(count(shape)));
    const { values, scales } = quantize(toF32('F16', source), count(shape) / 32, 7);
    const [scaled, nibbled] = await stored(planned, 'F16', shape, source);
    assert.equal(toF32('F32', scaled!), scales);
    const got = Int8Array.from({ length: values.length }, (_, i) => ((nibbled![i >> 1]! >> (4 * (i & 1))) & 15) - 8);
    assert.ok(Buffer.from(got.buffer).equals(Buffer.from(values.buffer)));
  });
}

for (const shape of [
  [4, 3, 3, 3],
  [40, 7400, 3, 3],
] as const) {
  test(`kernels [${shape}] that stay wide lie by taps too`, async () => {
    const [results, channels] = shape;
    const weights = wave(count(shape));
    for (const form of ['exact', 'fp16'] as const) {
      const planned = planTensors([{ name: 'x.weight', shape }], () => 'F32', form);
      assert.equal([planned[0]!.name, planned[0]!.shape], ['x.weight/taps', [9, channels, results]]);
      const [bytes] = await stored(planned, 'F32', shape, bytesOf(weights));
      const got = toF32(planned[0]!.dtype as 'F32', bytes!);
      const most = weights.reduce(
        (worst, weight, i) => Math.max(worst, Math.abs(got[PLACES.taps(i, { results, channels })]! - weight)),
        0,
      );
      assert.ok(form === 'fp16' ? most > 0 && most <= 2e-3 : most === 0, `${form}: ${most}`);
    }
  });
}

test('what is neither turned around nor rounded passes in pieces as it is, or in another dtype', async () => {
  const shape = [49, 70_000];
  const planned = planTensors([{ name: 'token_embedding.weight', shape }], () => 'F16', 'exact');
  const source = fromF32('F16', wave(count(shape)));
  const weight = weightInMemory('x', 'F16', shape, source);
  let pieces = 0;
  for await (const _ of encoded(planned, weight)) pieces += 1;
  assert.is(pieces, 2);
  assert.ok(Buffer.from(source).equals((await stored(planned, 'F16', shape, source))[0]!));
  const wide = planTensors([{ name: 'token_embedding.weight', shape }], () => 'BF16', 'exact');
  const [widened] = await stored(wide, 'BF16', shape, source);
  assert.ok(Buffer.from(bytesOf(toF32('BF16', source))).equals(widened!));
});

test('numbers beyond what 16 bits hold do not become infinity in silence', async () => {
  const shape = [4, 64];
  const planned = planTensors([{ name: 'x.weight', shape }], () => 'F32', 'fp16');
  const weights = wave(4 * 64);
  for (const [large, fits] of [
    [65_504, true],
    [-65_519, true],
    [65_520, false],
    [-1e6, false],
  ] as const) {
    weights[200] = large;
    for (const dtype of ['F32', 'BF16'] as const) {
      const bytes = fromF32(dtype, weights);
      // bfloat16 has 8 bits, and rounds the first two up to 65536.
      if (fits && dtype === 'F32') await stored(planned, dtype, shape, bytes);
      else
        await rejects(
          () => stored(planned, dtype, shape, bytes),
          'bad-model',
          'x: expected numbers that 16 bits can hold',
        );
    }
  }
});

test('weights that are no finite numbers cannot be rounded; where nothing is rounded they pass', async () => {
  const shape = [4, 64];
  for (const broken of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    for (const dtype of ['F32', 'F16', 'BF16'] as const) {
      const weights = wave(4 * 64);
      weights[100] = broken;
      const source = fromF32(dtype, weights);
      const planned = (form: WeightForm) => planTensors([{ name: 'x.weight', shape }], () => 'F16', form);
      for (const form of ['int8', 'int4'] as const) {
        await rejects(() => stored(planned(form), dtype, shape, source), 'bad-model', 'x: expected finite numbers');
      }
      if (dtype === 'F16') await stored(planned('fp16'), dtype, shape, source);
      else await rejects(() => stored(planned('fp16'), dtype, shape, source), 'bad-model', 'x: expected numbers');
    }
});

test.run();
