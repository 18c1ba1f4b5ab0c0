import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { appText } from '../../web/appTexts';

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
