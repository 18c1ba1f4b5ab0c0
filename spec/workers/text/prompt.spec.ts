import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePrompt } from '../../../workers/text/prompt';
import { fromRoot } from '../../root';
import { demoTokenizer } from './demoTokenizer';

const rows: [text: string, ids: number[], cut?: number][] = JSON.parse(
  readFileSync(fromRoot('spec/vectors/tokens.json'), 'utf8'),
);
const tokenizer = demoTokenizer();
const [START, END] = [49406, 49407];

test('a prompt is 77 ids: start, at most 75 tokens, end, and ends for padding', () => {
  for (const [text, ids] of rows) {
    const kept = [START, ...ids.slice(0, 75), END];
    const prompt = encodePrompt(tokenizer, text);
    assert.equal([...prompt.ids], [...kept, ...Array(77 - kept.length).fill(END)]);
    assert.is(prompt.tokens, kept.length);
  }
});

test('the empty prompt is start and ends', () => {
  assert.equal(encodePrompt(tokenizer, ''), { ids: Int32Array.of(START, ...Array(76).fill(END)), tokens: 2, cut: '' });
});

test('what is cut is the text from the first token left out, as transformers places it', () => {
  for (const [text, ids, cut] of rows) {
    assert.is(cut !== undefined, ids.length > 75);
    assert.is(encodePrompt(tokenizer, text).cut, cut === undefined ? '' : text.slice(cut).trim());
  }
});

test('what is cut is spelled as it was written', () => {
  const fits = Array(75).fill('cat').join(' ');
  assert.is(encodePrompt(tokenizer, fits).cut, '');
  assert.is(encodePrompt(tokenizer, `${fits}  \n`).cut, '');
  assert.is(encodePrompt(tokenizer, `${fits} , ÉTÉ  à la  MER… `).cut, ', ÉTÉ  à la  MER…');
  // Behind a special token the text starts over, the offsets do not.
  assert.is(encodePrompt(tokenizer, `cat<|endoftext|>${fits} DOG`).cut, 'cat cat DOG');
  // NFD: é is e and a mark; the offset behind it must not slip.
  const decomposed = 'cafe\u0301 '.repeat(75);
  assert.is(encodePrompt(tokenizer, `${decomposed}Zoe\u0308 İ end`).cut, 'Zoe\u0308 İ end');
});

test('a character cut between its bytes is left out and named whole', () => {
  // 🐱 is a token for its first three bytes and more; 74 cats leave one place, which U+1F9FF, four byte tokens, overruns.
  const prompt = encodePrompt(tokenizer, `${'cat '.repeat(73)}\u{10ffff}\u{10fffe}`);
  assert.is(prompt.tokens, 77);
  assert.is(prompt.cut, '\u{10ffff}\u{10fffe}');
});

test('another length and another pad token are the caller’s to choose', () => {
  const prompt = encodePrompt(tokenizer, 'cat cat', 6, 0);
  assert.equal([...prompt.ids], [START, 2368, 2368, END, 0, 0]);
  assert.is(encodePrompt(tokenizer, 'cat dog', 3).cut, 'dog');
});

test.run();
