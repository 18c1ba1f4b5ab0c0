import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { asFailure } from '../../../workers/errors';
import { BREAK, weightsOf } from '../../../workers/text/attention';
import { promptVectors } from './vectors';

/** As webui has it: an empty text where there is none. */
const parts = (prompt: string) => {
  const read = weightsOf(prompt).map((part) => (part === BREAK ? ['BREAK', -1] : [part.text, part.weight]));
  return read.length > 0 ? read : [['', 1]];
};

/** Where we differ on purpose: a BREAK within brackets, whose weight there is not -1 any more. */
const isTorn = (expected: readonly (readonly [string, number])[]): boolean =>
  expected.some(([text, weight]) => text === 'BREAK' && weight !== -1);

test('every prompt is weighed as in stable-diffusion-webui', () => {
  assert.ok(promptVectors.weights.length > 150);
  for (const [prompt, expected] of promptVectors.weights) {
    assert.not(isTorn(expected), prompt);
    assert.equal(parts(prompt), expected, JSON.stringify(prompt));
  }
});

test('BREAK breaks within brackets, too, and what is around it keeps its weight', () => {
  assert.equal(parts('(a BREAK b:1.5)'), [
    ['a', 1.5],
    ['BREAK', -1],
    ['b', 1.5],
  ]);
});

test('of every character it is known where it stood', () => {
  for (const [prompt] of promptVectors.weights) {
    for (const part of weightsOf(prompt)) {
      if (part === BREAK) continue;
      assert.is(part.origins.length, part.text.length);
      for (const [i, at] of part.origins.entries()) assert.is(prompt[at], part.text[i], prompt);
    }
  }
});

test('a weight that is no number is a bad argument, not another picture', () => {
  for (const weight of ['1.2.3', '.', '+.']) {
    let message = 'accepted';
    try {
      weightsOf(`a (b:${weight})`);
    } catch (thrown) {
      message = asFailure(thrown).message;
    }
    assert.is(message, `bad-argument: prompt: weight: expected a number, got ${weight}`);
  }
});

test.run();
