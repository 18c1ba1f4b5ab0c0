/** Prompts joined by AND, read as stable-diffusion-webui reads them. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Composed, composedIn, isComposition } from '../../../workers/text/composition';
import { fromRoot } from '../../root';

const cases: readonly { readonly prompt: string; readonly parts: readonly Composed[] }[] = JSON.parse(
  readFileSync(fromRoot('spec/vectors/composed-prompts.json'), 'utf8'),
);

test('parts and weights are those of get_multicond_prompt_list', () => {
  assert.ok(cases.length >= 15);
  for (const { prompt, parts } of cases) assert.equal(composedIn(prompt), parts, prompt);
});

test('one plain prompt is none; a weight alone, or another prompt, makes it one', () => {
  const is = (prompt: string) => isComposition(composedIn(prompt));
  assert.equal(['a cat', 'HAND', '(a:1.2)', 'a :1'].map(is), [false, false, false, false]);
  assert.equal(['a AND b', 'a :0.5', 'a :-1'].map(is), [true, true, true]);
});

test('a prompt of very many blanks is read at once', () => {
  const started = performance.now();
  assert.is(composedIn(`a${' '.repeat(10_000)}b :0.5`)[0].weight, 0.5);
  assert.ok(performance.now() - started < 10_000);
});

test.run();
