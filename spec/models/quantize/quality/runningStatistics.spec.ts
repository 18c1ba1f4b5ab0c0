import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  mergeStatistics,
  NO_STATISTICS,
  type RunningStatistics,
  standardDeviation,
  statistics,
} from '../../../../models/quantize/quality/runningStatistics';

const numbers = Array.from({ length: 257 }, (_, i) => 3 * Math.sin(i * i) - (i % 7));

const alike = (got: RunningStatistics, expected: RunningStatistics, tolerance: number): void => {
  assert.equal([got.count, got.min, got.max], [expected.count, expected.min, expected.max]);
  assert.ok(Math.abs(got.mean - expected.mean) <= tolerance, `${got.mean}, expected ${expected.mean}`);
  assert.ok(Math.abs(got.squares - expected.squares) <= tolerance * got.count, `${got.squares}, ${expected.squares}`);
};

test('wherever the numbers are cut, the merged parts are the whole', () => {
  const whole = statistics(numbers);
  for (let cut = 0; cut <= numbers.length; cut++) {
    const parts = [statistics(numbers.slice(0, cut)), statistics(numbers.slice(cut))] as const;
    alike(mergeStatistics(...parts), whole, 1e-13);
    alike(mergeStatistics(parts[1], parts[0]), whole, 1e-13);
  }
  alike(numbers.map((value) => statistics([value])).reduce(mergeStatistics, NO_STATISTICS), whole, 1e-13);
});

test('mean and spread are those of their definition, the extremes are met', () => {
  const { count, mean, min, max } = statistics(numbers);
  const direct = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const spread = Math.sqrt(numbers.reduce((sum, value) => sum + (value - direct) ** 2, 0) / numbers.length);
  assert.equal([count, min, max], [257, Math.min(...numbers), Math.max(...numbers)]);
  assert.ok(Math.abs(mean - direct) < 1e-14);
  assert.ok(Math.abs(standardDeviation(statistics(numbers)) - spread) < 1e-14);
});

test('a mean of a billion does not drown the spread, nor does it in merging', () => {
  const far = numbers.map((value) => Math.round(value * 64) / 64 + 2 ** 30);
  const near = standardDeviation(statistics(far.map((value) => value - 2 ** 30)));
  const merged = mergeStatistics(statistics(far.slice(0, 100)), statistics(far.slice(100)));
  for (const some of [statistics(far), merged]) assert.ok(Math.abs(standardDeviation(some) / near - 1) < 1e-6);
});

test('nothing seen has no spread and leaves what it is merged with as it was', () => {
  assert.equal(statistics([]), NO_STATISTICS);
  assert.equal(mergeStatistics(NO_STATISTICS, NO_STATISTICS), NO_STATISTICS);
  assert.is(standardDeviation(NO_STATISTICS), 0);
});

test.run();
