/**
 * Networks drawn at random. Activations of seven and of eight bits: far nearer to single numbers that are rounded in the same places
 * than these are to the exact ones, so that it is rounding, and no more, that is lost; sixteen bits: the exact ones. And the same
 * bits by any number of threads, and by one record at a time. What a memory that is not shared gives is in form.spec.ts, what
 * kernels in bytes give in spec/browser/kernels.spec.ts.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeThreads } from '../../../../workers/backend/int8/int8.node';
import { wordsOf } from '../../../../workers/backend/int8/numbers';
import { differentAt, madeUp, oneByOne, onKernels, sqnr } from './network';
import { oneThread } from './oneThread';
import { networkLosses, randomNetwork } from './randomNetwork';

const SEEDS = Array.from({ length: 30 }, (_, i) => 100 * i);

for (const levels of [127, 255]) {
  test(`activations of ${levels} levels: ${SEEDS.length} networks lose what rounding loses`, async () => {
    const threads = await oneThread('words', wordsOf(levels));
    for (const seed of SEEDS) {
      for (const { name, near, far } of await networkLosses(seed, threads))
        assert.ok(near > Math.min(far + 15, 110), `${name}: ${near.toFixed(1)} dB, ${far.toFixed(1)} by rounding`);
    }
  });
}

test(`activations of sixteen bits: ${SEEDS.length} networks are the exact ones`, async () => {
  const threads = await oneThread('words');
  for (const seed of SEEDS) {
    const { describe, inputs } = randomNetwork(seed);
    const made = madeUp(describe, seed);
    const exact = oneByOne(describe, made, inputs);
    const found = await onKernels(describe, made, inputs, threads, false);
    for (const [name, { data }] of Object.entries(found)) {
      const quality = sqnr(data, exact.get(name)!);
      assert.ok(quality > 62, `${seed}: ${name}: ${quality.toFixed(1)} dB`);
    }
  }
});

test('two threads, and one that runs record by record, give the bits of one', async () => {
  const [one, two] = [await oneThread('words'), await nodeThreads({ threads: 2, form: 'words' })];
  for (const seed of SEEDS) {
    const { describe, inputs } = randomNetwork(seed);
    const made = madeUp(describe, seed);
    const expected = await onKernels(describe, made, inputs, one, false);
    const others = {
      'two threads': await onKernels(describe, made, inputs, two, false),
      'record by record': await onKernels(describe, made, inputs, one, false, (_, run) => run()),
    };
    for (const [how, found] of Object.entries(others)) {
      assert.equal(Object.keys(found), Object.keys(expected));
      for (const [name, tensor] of Object.entries(found))
        assert.is(differentAt(tensor, expected[name]!), -1, `${how}, ${seed}: ${name}`);
    }
  }
});

test.run();
