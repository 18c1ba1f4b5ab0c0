import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pace, type Sample, sampled } from '../../web/pace';

/** One sample a step of `milliseconds`, `bytes` each. */
const steady = (count: number, milliseconds: number, bytes: number, begin: readonly Sample[] = []): readonly Sample[] =>
  Array.from({ length: count }).reduce<readonly Sample[]>((samples) => {
    const last = samples.at(-1) ?? { at: -milliseconds, bytes: -bytes };
    return sampled(samples, { at: last.at + milliseconds, bytes: last.bytes + bytes });
  }, begin);

test('a steady flow is told exactly', () => {
  assert.is(pace(steady(30, 500, 1000), 14_500), 2);
});

test('nothing is told of too short a look, of one sample, or of a flow that stands', () => {
  assert.is(pace([], 0), undefined);
  assert.is(pace([{ at: 0, bytes: 5 }], 5000), undefined);
  assert.is(pace(steady(4, 100, 10), 300), undefined);
  assert.is(pace(steady(20, 500, 0), 9500), undefined);
});

test('a flow that resumes in the middle of a file is told from there', () => {
  const resumed = steady(5, 1000, 10, [{ at: 0, bytes: 1_000_000 }]);
  assert.is(pace(resumed, 5000), 0.01);
});

test('only the last ten seconds count, and however often it is told, little is kept', () => {
  const slow = steady(100, 1000, 1);
  const fast = steady(3000, 10, 10, slow);
  assert.ok(fast.length < 45, `${fast.length} samples`); // four a second for ten seconds, and the ends
  assert.ok(Math.abs(pace(fast, fast.at(-1)!.at)! - 1) < 0.01);
});

test('after a long silence the last sample is where it goes on from', () => {
  const samples = sampled([{ at: 0, bytes: 10 }], { at: 60_000, bytes: 20 });
  assert.equal(samples, [
    { at: 0, bytes: 10 },
    { at: 60_000, bytes: 20 },
  ]);
});

test.run();
