import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { along, axisOf } from '../../../../models/quantize/report/plots/axis';

test('an axis covers what it is made for in a few even, round steps', () => {
  for (const scale of [1e-6, 0.03, 1, 7, 480, 3e9]) {
    for (const low of [-3, -0.2, 0, 0.17, 12]) {
      for (const span of [0.4, 1, 2.9, 3, 8.8, 100]) {
        const [from, to] = [low * scale, (low + span) * scale];
        const axis = axisOf([to, from]);
        const step = axis.ticks[1]! - axis.ticks[0]!;
        const what = `${from} … ${to}: ${axis.ticks}`;
        assert.ok(axis.from <= from + step * 1e-9 && axis.to >= to - step * 1e-9, what);
        assert.ok(axis.from > from - step && axis.to < to + step, what);
        assert.ok(axis.ticks.length >= 4 && axis.ticks.length <= 9, what);
        for (const [i, tick] of axis.ticks.entries()) {
          assert.ok(Math.abs(tick - (axis.from + i * step)) < step * 1e-6, what);
        }
        const digits = step / 10 ** Math.floor(Math.log10(step) + 1e-9);
        assert.ok(
          [1, 2, 5].some((round) => Math.abs(digits - round) < 1e-6),
          what,
        );
      }
    }
  }
});

test('one value, and none, have an axis too', () => {
  for (const values of [[5], [0], [-3, -3], [], [Number.POSITIVE_INFINITY]]) {
    const { from, to, ticks } = axisOf(values);
    assert.ok(from < to && ticks.length >= 2 && ticks.every(Number.isFinite), `${values}: ${ticks}`);
    for (const value of values.filter(Number.isFinite)) assert.ok(from <= value && value <= to, `${values}: ${ticks}`);
  }
});

test('values lie where they should along an axis, infinite ones at its ends', () => {
  const axis = axisOf([0, 10]);
  assert.equal(
    [0, 2.5, 10].map((value) => along(axis, value)),
    [0, 0.25, 1],
  );
  assert.equal(
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY].map((value) => along(axis, value)),
    [0, 1],
  );
});

test.run();
