import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { piecesOf } from '../../../workers/text/learned';
import { demoTokenizer } from './demoTokenizer';

const tokenizer = demoTokenizer();
const CAT = tokenizer.encode('cat')[0]!.id;

const words = [
  { names: ['<made-up>', 'Bad-Hands'], ids: [50_000, 50_001] },
  { names: ['<made-up>-5'], ids: [50_002] },
  { names: ['na\u00efve (1)'], ids: [50_003] },
];
const ids = (text: string) => piecesOf(text, tokenizer, words).map((piece) => [...piece.ids]);

test('a learned word counts in any case and beside any sign, the longest first', () => {
  assert.equal(ids('<made-up>'), [[50_000, 50_001]]);
  assert.equal(ids('cat,bad-hands,cat').filter(([first]) => first !== CAT)[1], [50_000, 50_001]);
  assert.equal(ids('BAD-HANDS'), [[50_000, 50_001]]);
  assert.equal(ids('cat<made-up>-5 cat'), [[CAT], [50_002], [CAT]]);
  assert.equal(ids('NA\u00cfVE (1)'), [[50_003]]);
});

test('as a part of a longer word it is none', () => {
  for (const text of ['bad-handson', 'xbad-hands', '3bad-hands', 'bad-hands\u00e9'])
    assert.ok(
      ids(text).every((piece) => piece.length === 1),
      text,
    );
});

test('every piece knows where it stands', () => {
  const text = 'a cat, <made-up> \u{1f431} bad-hands!';
  const starts = piecesOf(text, tokenizer, words).map(({ start }) => start);
  assert.equal(starts.slice(0, 4), [0, 2, 5, 7]);
  assert.is(starts.at(-2), text.indexOf('bad-hands'));
  assert.is(starts.at(-1), text.indexOf('!'));
});

test('without learned words, and between them, the tokens are the tokenizer\u2019s', () => {
  const text = 'a red apple, (on a blue background)';
  assert.equal(
    piecesOf(text, tokenizer, []),
    tokenizer.encode(text).map(({ id, start }) => ({ ids: [id], start })),
  );
});

test.run();
