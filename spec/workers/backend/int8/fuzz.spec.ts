/**
 * Operations of shapes and loudness drawn at random, the same for the same seed, against the same operation one number at a time.
 * Sixteen bits or quantized twice, so that what is left is rounding; a failure names all there is to do it again. Attention in
 * integers is held against single numbers that are rounded alike.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeForm } from '../../../../workers/backend/int8/int8.node';
import { WORDS, wordsOf } from '../../../../workers/backend/int8/numbers';
import * as opcodes from '../../../../workers/kernels/layout/opcodes';
import { ATTENTIONS_DRAWN, attentionDrawn, attentionLosses } from './attentionDraws';
import { oneByOne, onKernels, sqnr } from './network';
import { oneThread } from './oneThread';
import { drawn, OPERATIONS } from './operations';

const EACH = 30;

const threads = [await oneThread('words'), ...((await nodeForm('relaxed')) ? [await oneThread('relaxed')] : [])];
const ran = new Set<number>();

for (const name of Object.keys(OPERATIONS)) {
  test(`${name}, ${EACH} of them`, async () => {
    for (let i = 0; i < EACH; i++) {
      const { describe, inputs, made, title } = drawn(name, i);
      const expected = oneByOne(describe, made, inputs).get('y')!;
      for (const each of threads) {
        const { y } = await onKernels(describe, made, inputs, each, true, async ({ opcode }, run) => {
          ran.add(opcode);
          await run();
        });
        assert.is(y!.data.length, expected.length);
        const quality = sqnr(y!.data, expected);
        assert.ok(quality > 65, `${each.form}: ${title}: ${quality.toFixed(1)} dB`);
      }
    }
  });
}

for (const [bits, numbers] of Object.entries({ seven: wordsOf(127), eight: wordsOf(255), sixteen: WORDS })) {
  test(`attention in integers of ${bits} bits, ${ATTENTIONS_DRAWN} of them, loses what rounding loses`, async () => {
    const words = await oneThread('words', numbers);
    for (let i = 0; i < ATTENTIONS_DRAWN; i++) {
      const { title, near, far } = await attentionLosses(attentionDrawn(i), words, ran);
      assert.ok(near > far + 12 || near > 80, `${title}: ${near.toFixed(1)} dB, ${far.toFixed(1)} by rounding`);
    }
  });
}

test('every opcode there is was run', () => {
  const lacking = Object.entries(opcodes).filter(([, opcode]) => !ran.has(opcode));
  assert.equal(lacking, []);
  assert.is(new Set(Object.values(opcodes)).size, Object.keys(opcodes).length);
});

test.run();
