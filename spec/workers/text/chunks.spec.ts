import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BREAK, weightsOf } from '../../../workers/text/attention';
import { chunked, cutOff, type WeightedPiece } from '../../../workers/text/chunks';
import { piecesOf } from '../../../workers/text/learned';
import { encodePrompt } from '../../../workers/text/prompt';
import { demoTokenizer } from './demoTokenizer';
import { promptVectors } from './vectors';

const tokenizer = demoTokenizer();
const { start, end } = tokenizer;
const marks = { start, end, comma: tokenizer.encode(',')[0]!.id };

const weighted = (prompt: string) =>
  weightsOf(prompt).flatMap((part): (WeightedPiece | typeof BREAK)[] =>
    part === BREAK ? [BREAK] : piecesOf(part.text, tokenizer, []).map((piece) => ({ ...piece, weight: part.weight })),
  );

const evenly = (text: string) => piecesOf(text, tokenizer, []).map((piece) => ({ ...piece, weight: 1 }));

const padded = (ids: readonly number[]) => [start, ...ids, ...Array<number>(76 - ids.length).fill(end)];

test('chunks, their tokens and weights are those of stable-diffusion-webui', () => {
  assert.ok(promptVectors.chunks.some(([, chunks]) => chunks.length > 2));
  for (const [prompt, expected] of promptVectors.chunks) {
    const label = JSON.stringify(prompt);
    const { chunks } = chunked(weighted(prompt), marks);
    assert.equal(
      chunks.map(({ ids }) => [...ids]),
      expected.map(([ids]) => padded(ids)),
      label,
    );
    for (const [i, { weights }] of chunks.entries()) {
      const [ids, of] = expected[i]!;
      const all = [1, ...of, ...Array<number>(76 - ids.length).fill(1)].map(Math.fround);
      assert.equal(weights === undefined ? Array<number>(77).fill(1) : [...weights], all, label);
    }
  }
});

test('a chunk without weights is what diffusers takes', () => {
  const { chunks, tokens, cutAt } = chunked(evenly('a red apple'), marks);
  assert.equal(chunks, [{ ids: encodePrompt(tokenizer, 'a red apple').ids }]);
  assert.is(tokens, 5);
  assert.is(cutAt, undefined);
});

test('what stays together goes into the next chunk as a whole', () => {
  const word = { ids: [50_000, 50_001, 50_002], start: 0, weight: 1 };
  const { chunks } = chunked([...evenly('cat '.repeat(73)), word, word], marks);
  assert.is(chunks.length, 2);
  assert.equal([...chunks[0]!.ids.slice(73)], [tokenizer.encode('cat')[0]!.id, end, end, end]);
  assert.equal([...chunks[1]!.ids.slice(0, 8)], [start, ...word.ids, ...word.ids, end]);
});

test('cut off is what does not fit, in the middle of a word if need be, or what comes after BREAK', () => {
  for (const text of ['a cat', 'cat '.repeat(75), `${'cat '.repeat(75)}dog`, 'cat '.repeat(150)]) {
    const { chunks, tokens, cutAt } = cutOff(evenly(text), marks);
    const expected = encodePrompt(tokenizer, text);
    assert.equal(chunks, [{ ids: expected.ids }]);
    assert.is(tokens, expected.tokens);
    assert.is(cutAt === undefined ? '' : text.slice(cutAt).trim(), expected.cut);
  }
  const word = { ids: [50_000, 50_001, 50_002], start: 292, weight: 1 };
  const torn = cutOff([...evenly('cat '.repeat(73)), word], marks);
  assert.equal([...torn.chunks[0]!.ids.slice(74)], [50_000, 50_001, end]);
  assert.is(torn.cutAt, 292);
  assert.equal(cutOff(weighted('a BREAK b'), marks).chunks, [{ ids: encodePrompt(tokenizer, 'a').ids }]);
  assert.is(cutOff([...evenly('a '), BREAK], marks).cutAt, undefined);
});

test.run();
