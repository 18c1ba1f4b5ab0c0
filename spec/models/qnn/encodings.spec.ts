/** From ranges to integers: the laws of the encodings, and what is refused. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  asymmetric,
  type Encoding,
  encodingOf,
  encodingsFor,
  quantized,
  SMALLEST_SCALE,
  symmetric,
} from '../../../models/quantize/encodings';
import { uniform } from '../randomModel';
import { rejects } from '../rejects';

const RANGES = [
  [-1, 1],
  [-3.7, 0.001],
  [0.25, 80],
  [-9, -2],
  [-1e-12, 3e-13],
  [0, 0],
  [-1e30, 7e29],
] as const;

/** The numbers that integers stand for. */
const values = (integers: ArrayLike<number>, { scale, zeroPoint }: Encoding): number[] =>
  Array.from(integers, (integer) => scale * (integer - zeroPoint));

for (const [min, max] of RANGES) {
  const encodings = [asymmetric({ min, max }, 16), asymmetric({ min, max }, 8), symmetric({ min, max })];
  for (const encoding of encodings) {
    test(`${encoding.type} over ${min} to ${max}: every number of it is at most half a step off`, () => {
      const inside = uniform(`${min}`, 1000, max - min, (min + max) / 2);
      const some = Float32Array.from([min, max, ...inside].map((x) => Math.min(max, Math.max(min, x))));
      const got = values(quantized(some, encoding), encoding);
      // Beside half a step, float32's own rounding of the ends, 6e-8 of them.
      const most = encoding.scale / 2 + 1e-7 * Math.max(-min, max, 0);
      for (const [i, x] of some.entries()) assert.ok(Math.abs(got[i]! - x) <= most, `${x} became ${got[i]}`);
    });

    test(`${encoding.type} over ${min} to ${max}: zero is zero`, () => {
      assert.equal(values(quantized(Float32Array.of(0), encoding), encoding), [0]);
    });

    test(`${encoding.type} over ${min} to ${max}: the scale is a float32 and no smaller than the smallest`, () => {
      assert.is(Math.fround(encoding.scale), encoding.scale);
      assert.ok(encoding.scale >= SMALLEST_SCALE);
    });
  }
}

test('numbers beyond the range are at its ends', () => {
  const encoding = asymmetric({ min: -1, max: 1 }, 16);
  assert.equal([...quantized(Float32Array.of(-7, 7), encoding)], [0, 65535]);
});

test('signed numbers of a tensor have their largest magnitude near the end, whatever its sign', () => {
  assert.equal([...quantized(Float32Array.of(-4, 1), encodingOf(Float32Array.of(-4, 1), 'int16'))], [-32767, 8192]);
});

test('what Sigmoid and Softmax leave needs no range, and its step is a power of two', () => {
  const encodings = encodingsFor(new Map(), 16);
  assert.equal(encodings({ name: 'shares', unit: true }), { type: 'uint16', scale: 2 ** -16, zeroPoint: 0 });
});

test('with 8 bits, both factors of a product are asymmetric', () => {
  const ranges = new Map([['v', { min: -1, max: 3 }]]);
  assert.is(encodingsFor(ranges, 8)({ name: 'v', symmetric: true }).type, 'uint8');
  assert.is(encodingsFor(ranges, 16)({ name: 'v', symmetric: true }).type, 'int16');
});

test('a tap without a range is refused by name, and a range that is none with its numbers', async () => {
  await rejects(() => encodingsFor(new Map(), 16)({ name: 'conv_in/out' }), 'bad-argument', 'conv_in/out');
  await rejects(() => asymmetric({ min: Number.NaN, max: 1 }, 16), 'bad-argument', 'NaN to 1');
  await rejects(() => symmetric({ min: 2, max: 1 }), 'bad-argument', '2 to 1');
  await rejects(() => asymmetric({ min: 0, max: Number.POSITIVE_INFINITY }, 8), 'bad-argument', 'Infinity');
});

test.run();
