import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { appText } from '../../web/appTexts';
import { type Said, textToApp } from '../../web/toApp';
import { vectors } from '../workers/backend/bridge/vectors';

for (const { sentence, from, text, meaning } of vectors.control.filter((one) => one.from === 'host')) {
  test(`${sentence}, says the ${from}`, () => {
    // `connected` brings a connection, and is no text for the page; of what changed, all is asked for.
    const { what: _, ...heard } = meaning ?? {};
    assert.equal(appText(text), meaning && meaning.type !== 'connected' ? heard : undefined);
  });
}

/** What a page says of those, and none of another. */
const SAID = ['models', 'drawing', 'progress', 'idle', 'job', 'saving'];

test('what the page says is written as the vectors have it, of every kind', () => {
  const written = vectors.control.filter(({ from, text, meaning }) => {
    if (from !== 'page' || !meaning || !SAID.includes(String(meaning.type))) return false;
    // Not those that only another page would say: with spaces, with keys of later, too long.
    return text === 'models' || text === JSON.stringify(meaning);
  });
  for (const { text, meaning } of written) {
    assert.is(textToApp(text === 'models' ? 'models' : (meaning as unknown as Said)), text);
  }
  assert.equal([...new Set(written.map(({ meaning }) => meaning!.type))].sort(), [...SAID].sort());
});

test('what changed is asked for, whatever it is; keys that nobody knows are no matter', () => {
  for (const what of ['models', 'npu', 'thermal', 'a word of later', 7]) {
    assert.equal(appText(JSON.stringify({ type: 'changed', what })), { type: 'changed' });
  }
  assert.equal(appText('{"type":"cancel","why":"later"}'), { type: 'cancel' });
  assert.equal(appText('{"type":"job","job":""}'), { type: 'job', job: '' });
  assert.equal(appText('{"type":"job","job":"“苹果” 🍎"}'), { type: 'job', job: '“苹果” 🍎' });
});

test('all else means nothing', () => {
  for (const text of [
    ...['', 'sing', 'cancel', '"cancel"', 'null', '7', '[]', '["cancel"]', '{', '{"type":', '{}', '{"type":null}'],
    ...['{"type":"sing"}', '{"type":"Cancel"}', '{"type":["cancel"]}', '{"type":"drawing"}', '{"job":"x"}'],
    ...['{"type":"job"}', '{"type":"job","job":null}', '{"type":"job","job":{"type":"cancel"}}'],
    ...[undefined, null, 7, { type: 'cancel' }, new ArrayBuffer(2)],
  ]) {
    assert.is(appText(text), undefined, String(text));
  }
});

test.run();
