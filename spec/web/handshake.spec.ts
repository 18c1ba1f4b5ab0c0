import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { appObject, controlPort } from '../../web/handshake';

const port = new MessageChannel().port1;
/** As WebView's postWebMessage has it: from the browser, and from no document. */
const APP = { data: 'pocket-diffusion', source: null, origin: '', ports: [port] };
const window = {};

test('what an app posts hands its port over', () => {
  assert.is(controlPort(APP), port);
});

test('what a document posts hands over nothing, wherever it is', () => {
  for (const [who, origin, source] of [
    ['this page itself', 'https://appassets.androidplatform.net', window],
    ['a frame of another origin', 'https://example.com', window],
    ['a sandboxed frame', 'null', window],
    ['a sandboxed frame that is gone', 'null', null],
    ['a window that was closed since', 'https://appassets.androidplatform.net', null],
    ['something without an origin that can be answered', '', window],
  ] as const) {
    assert.is(controlPort({ ...APP, origin, source }), undefined, who);
  }
});

test('another word, and the word without a port, hand over nothing', () => {
  for (const data of ['connected', '', undefined, { type: 'pocket-diffusion' }, ['pocket-diffusion']]) {
    assert.is(controlPort({ ...APP, data }), undefined);
  }
  assert.is(controlPort({ ...APP, ports: [] }), undefined);
});

test('an object of the app’s is one that can be spoken to', () => {
  const object = { postMessage: () => undefined, onmessage: null };
  assert.is(appObject({ pocketDiffusion: object }), object);
  for (const other of [undefined, null, 'pocketDiffusion', {}, { postMessage: 'x' }]) {
    assert.is(appObject({ pocketDiffusion: other }), undefined, String(other));
  }
});

test.run();
