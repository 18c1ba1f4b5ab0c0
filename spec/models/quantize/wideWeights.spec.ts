import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type RoundedCost, wideWeights } from '../../../models/quantize/wideWeights';

const cost = (key: string, bytes: number, error: number): RoundedCost => ({ key, bytes, error });
/** A hundred bytes in all. */
const COSTS = [
  cost('large', 90, 50),
  cost('small', 2, 10),
  cost('dense', 3, 9),
  cost('silent', 4, 0),
  cost('low', 1, 0.1),
];
const chosen = (share: number): string[] => [...wideWeights(COSTS, share)];

test('the dearest for each byte come first, within their share of the bytes', () => {
  assert.equal(chosen(0.02), ['small']);
  assert.equal(chosen(0.05), ['small', 'dense']);
});

test('one that does not fit is passed over for smaller ones', () => {
  // large is dearer than low, and too large.
  assert.equal(chosen(0.06), ['small', 'dense', 'low']);
});

test('none of no share, none that cost nothing, all that cost of all', () => {
  assert.equal(chosen(0), []);
  assert.equal(chosen(1), ['small', 'dense', 'large', 'low']);
});

test.run();
