/** Places of a layer's output, and the pixels under its kernel. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Geometry } from '../../../../models/graph/qnn/layerInputs';
import { chosenPlaces } from '../../../../models/quantize/calibrate/places';

const plain: Geometry = { height: 3, width: 4, kernel: 1, stride: 1, before: 0, outHeight: 3, outWidth: 4 };

function countingRandom(): () => number {
  let at = 0;
  return () => (at++ * 0.754877666) % 1;
}

test('as many different places as are asked for, or all', () => {
  const { at, within } = chosenPlaces(plain, 5, countingRandom());
  assert.is(new Set(at).size, 5);
  assert.ok([...at].every((pixel) => pixel >= 0 && pixel < 12));
  assert.equal([...within], [1, 1, 1, 1, 1]);
  assert.equal([...chosenPlaces(plain, 99, countingRandom()).at], [...Array(12).keys()]);
});

test('every place is as likely as any other', () => {
  const seen = new Array<number>(12).fill(0);
  for (let i = 0; i < 3000; i++) for (const pixel of chosenPlaces(plain, 3, Math.random).at) seen[pixel]!++;
  // 750 on average; a binomial count of 3000 at a quarter is that far off once in a million.
  for (const count of seen) assert.ok(Math.abs(count - 750) < 120, `${seen}`);
});

test('a kernel sees its neighbors, and nothing beyond the edge', () => {
  const geometry = { ...plain, kernel: 3, before: 1 };
  const { at, within } = chosenPlaces(geometry, 12, countingRandom());
  const seenFrom = (place: number): string =>
    Array.from({ length: 9 }, (_, tap) => (within[tap * 12 + place] ? at[tap * 12 + place] : '-')).join(' ');
  assert.is(seenFrom(0), '- - - - 0 1 - 4 5');
  assert.is(seenFrom(6), '1 2 3 5 6 7 9 10 11');
  assert.is(seenFrom(11), '6 7 - 10 11 - - - -');
});

test('steps of two, with and without a row before the first', () => {
  const half = { ...plain, kernel: 3, stride: 2, outHeight: 2, outWidth: 2 };
  const firstOf = (before: number): string => {
    const { at, within } = chosenPlaces({ ...half, before }, 4, countingRandom());
    return Array.from({ length: 9 }, (_, tap) => (within[tap * 4 + 3] ? at[tap * 4 + 3] : '-')).join(' ');
  };
  assert.is(firstOf(1), '5 6 7 9 10 11 - - -');
  assert.is(firstOf(0), '10 11 - - - - - - -');
});

test.run();
