/**
 * Guidance in one call and in two draws the same picture (README, "A drawing is planned"): what a number of one picture depends on is never
 * another picture of the call. `spec/browser/kernels.spec.ts` holds the same of bytes, where a machine multiplies them.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WORDS, wordsOf } from '../../../../workers/backend/int8/numbers';
import { oneThread } from './oneThread';
import { PASSES, passesOf } from './together';

for (const [name, numbers] of Object.entries({ 'sixteen bits': WORDS, 'eight bits': wordsOf(255) })) {
  for (const [title, size] of PASSES) {
    test(`${name}, ${title}: two pictures in one call are each what it is by itself, bit for bit`, async () => {
      for (const { name, together, apart } of await passesOf(size, await oneThread('words', numbers))) {
        assert.ok(together.some((value) => value !== together[0]));
        assert.equal(together, apart, name);
      }
    });
  }
}

test.run();
