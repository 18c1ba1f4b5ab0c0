import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../../models/errors';
import { ClipTokenizer } from '../../../workers/text/tokenizer';
import { fromRoot } from '../../root';
import { demoTokenizer, demoTokenizerFiles } from './demoTokenizer';

const rows: [text: string, ids: number[], cut?: number][] = JSON.parse(
  readFileSync(fromRoot('spec/vectors/tokens.json'), 'utf8'),
);
const tokenizer = demoTokenizer();
const ids = (text: string): number[] => tokenizer.encode(text).map(({ id }) => id);

test("ids are those of transformers' CLIPTokenizer on every string", () => {
  assert.ok(rows.length >= 2300, `${rows.length} strings`);
  const wrong = rows.filter(([text, expected]) => ids(text).join() !== expected.join());
  assert.is(wrong.length, 0, `${wrong.length} strings, first ${JSON.stringify(wrong[0]?.[0])}`);
});

test("the vocabulary is CLIP's: 512 byte symbols, 48,894 merges, start and end", () => {
  const { vocab, merges } = demoTokenizerFiles();
  const sorted = Object.values(vocab).sort((a, b) => a - b);
  assert.ok(sorted.length === 49408 && sorted.every((id, i) => id === i), 'ids 0 to 49,407, each once');
  assert.is(merges.trimEnd().split('\n').length, 1 + 48894);
  assert.equal([tokenizer.start, tokenizer.end], [49406, 49407]);
});

test('tokens stand in the order of the text, each at the start of a character', () => {
  for (const [text] of rows) {
    let before = 0;
    for (const { start } of tokenizer.encode(text)) {
      assert.ok(start >= before && start < text.length, JSON.stringify(text));
      assert.not.ok(/[\udc00-\udfff]/.test(text[start]!), `inside a surrogate pair of ${JSON.stringify(text)}`);
      before = start;
    }
  }
});

test('a lone surrogate is read as U+FFFD, as a browser would send it', () => {
  assert.equal(ids('a\ud83d b'), ids('a\ufffd b'));
});

test('a second reading of a word, out of the cache, is like the first', () => {
  const text = 'an astronaut, an astronaut, AN ASTRONAUT';
  const [first, second] = [ids(text), ids(text)];
  assert.equal(first, second);
  assert.equal(first.slice(0, 2), first.slice(3, 5));
});

test('20,000 characters without a blank take no more than a moment', () => {
  const started = performance.now();
  tokenizer.encode(`${'x'.repeat(10_000)}${'日本語'.repeat(4000)}`);
  assert.ok(performance.now() - started < 5000);
});

test('a vocabulary without a needed token, and merges that are none, are bad models', () => {
  const { vocab, merges } = demoTokenizerFiles();
  const without = (token: string) => Object.fromEntries(Object.entries(vocab).filter(([key]) => key !== token));
  for (const [files, expected] of [
    [{ vocab: without('<|endoftext|>'), merges }, 'an id for <|endoftext|>'],
    [{ vocab: without('Ġ</w>'), merges }, 'an id for the token "Ġ</w>"'],
    [{ vocab: without('in'), merges }, 'an id for the token "in"'],
    [{ vocab, merges: '#version: 0.2\ni n g\n' }, 'two tokens on a line'],
  ] as const) {
    assert.throws(
      () => new ClipTokenizer(files),
      (error: unknown) => error instanceof CodedError && error.code === 'bad-model' && error.expected === expected,
    );
  }
});

test('merges.txt may come with Windows line ends', () => {
  const { vocab, merges } = demoTokenizerFiles();
  const windows = new ClipTokenizer({ vocab, merges: merges.replaceAll('\n', '\r\n') });
  assert.equal(windows.encode('a beautiful castle'), tokenizer.encode('a beautiful castle'));
});

test.run();
