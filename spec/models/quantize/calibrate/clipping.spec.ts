/** Ranges of activations, and what is cut off them for the sake of the rest. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ActivationSums } from '../../../../models/quantize/calibrate/activations';
import { CLIPPINGS, clipped, withRoom } from '../../../../models/quantize/calibrate/clipping';
import { asymmetric } from '../../../../models/quantize/encodings';
import { uniform } from '../../randomModel';

/** 20,000 numbers of about a normal distribution. */
const normal = (): Float32Array => {
  const parts = Array.from({ length: 12 }, (_, i) => uniform(`normal ${i}`, 20_000, 1, 0));
  return Float32Array.from({ length: 20_000 }, (_, i) => parts.reduce((sum, part) => sum + part[i]!, 0) / 2);
};

const ends = (some: Float32Array) => ({ min: Math.min(...some), max: Math.max(...some), some });

const error = (some: Float32Array, range: { min: number; max: number }): number => {
  const { scale, zeroPoint } = asymmetric(range, 8);
  return some.reduce((sum, x) => {
    const integer = Math.max(0, Math.min(255, Math.round(x / scale) + zeroPoint));
    return sum + (x - scale * (integer - zeroPoint)) ** 2;
  }, 0);
};

test('min-max is everything that was seen, also what no sample shows', () => {
  assert.equal(clipped({ min: -3, max: 5, some: new Float32Array([0, 1]) }, 'min-max'), { min: -3, max: 5 });
});

test('a stray value far from all others is given up by every method that clips', () => {
  const some = normal();
  const whole = ends(some);
  const stray = { ...whole, max: 60 };
  for (const clipping of CLIPPINGS) {
    const { min, max } = clipped(stray, clipping);
    assert.ok(min >= stray.min && max <= stray.max, clipping);
    if (clipping === 'min-max') continue;
    assert.ok(max < 60 && max > 1, `${clipping}: ${max}`);
  }
  assert.ok(error(some, clipped(stray, 'mse')) < error(some, stray) / 4);
});

test('mse never has a larger error than everything that was seen', () => {
  for (const some of [normal(), uniform('even', 5000, 3, 1), new Float32Array(100), new Float32Array([1])]) {
    const whole = ends(some);
    assert.ok(error(some, clipped(whole, 'mse')) <= error(some, whole));
  }
});

test('a percentile leaves one value in ten thousand at either end', () => {
  const some = Float32Array.from({ length: 100_001 }, (_, i) => i / 1000 - 50);
  const { min, max } = clipped(ends(some), 'percentile');
  assert.ok(Math.abs(min + 49.99) < 1e-4 && Math.abs(max - 49.99) < 1e-4, `${min} to ${max}`);
});

test('values that lie evenly are not cut into by entropy', () => {
  const some = uniform('even', 50_000, 1, 0);
  const { min, max } = clipped(ends(some), 'entropy');
  assert.ok(max - min > 0.95 * (Math.max(...some) - Math.min(...some)), `${min} to ${max}`);
});

test('room is as much again at either end, and none beyond zero', () => {
  assert.equal(withRoom({ min: -3, max: 5 }), { min: -6, max: 10 });
  assert.equal(withRoom({ min: 2, max: 5 }), { min: 0, max: 10 });
});

test('statistics of a tap span all runs, and a value that is no number names the tap', () => {
  const sums = new ActivationSums();
  sums.add('a/out', Float32Array.of(-1, 2, 0.5, 1));
  sums.add('a/out', Float32Array.of(-3, 1, 0.25, 0));
  const { min, max, some } = sums.statistics().get('a/out')!;
  assert.equal([min, max, ...some], [-3, 2, 0.5, 1, 0.25, 0]);
  assert.throws(() => sums.add('b/out', Float32Array.of(Number.NaN, 1)), /bad-model: b\/out/);
});

test.run();
