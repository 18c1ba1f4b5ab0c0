/** What outlives a page that dies while it draws. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { beginWatch, crashMark, diedDrawing, endWatch, hearOfDeath, reached } from '../../web/crash';
import { DEFAULT_SETTINGS, toRequest } from '../../web/settings';

const SETTINGS = {
  ...DEFAULT_SETTINGS,
  ...{ prompt: '一只猫', seed: 7, steps: 12, numImages: 3, size: { width: 640, height: 512 } },
  extra: { cacheInterval: 2 },
};
const request = toRequest(SETTINGS, { width: 256, height: 256 });
test.after.each(() => {
  endWatch();
  diedDrawing.value = undefined;
});

test('what is drawn is told with all that draws it again, and the steps that are done', () => {
  beginWatch(request, SETTINGS);
  reached(5, performance.now() + 1000);
  // Not again so soon.
  reached(6, performance.now() + 1001);
  const told = crashMark.value!;
  endWatch();
  assert.is(crashMark.value, null);
  hearOfDeath(told);
  assert.equal(diedDrawing.value, { width: 640, height: 512, step: 5, settings: SETTINGS });
});

test('a step after the end is of no drawing', () => {
  beginWatch(request, SETTINGS);
  endWatch();
  reached(5);
  assert.is(crashMark.value, null);
});

test('pictures that it was drawn from died with the page: it cannot be drawn again', () => {
  beginWatch({ ...request, controls: [] }, SETTINGS);
  const told = crashMark.value!;
  endWatch();
  hearOfDeath(told);
  assert.is(diedDrawing.value?.settings, undefined);
  assert.is(diedDrawing.value?.width, 640);
});

test('the text is one that the app keeps, however long the prompt', () => {
  for (const length of [10, 10_000, 70_000]) {
    beginWatch(request, { ...SETTINGS, prompt: '猫'.repeat(length) });
    assert.ok(Buffer.byteLength(crashMark.value!) <= 65_536, `${length}`);
    assert.is(crashMark.value!.includes('猫'), length <= 10_000);
  }
});

test('a text that is none of ours, or damaged, is nothing; settings are ours field by field', () => {
  for (const text of [
    '',
    'null',
    '7',
    '{',
    '640x512',
    '{"width":640,"height":512}',
    '{"width":1.5,"height":2,"step":0}',
  ]) {
    hearOfDeath(text);
    assert.is(diedDrawing.value, undefined, text);
  }
  hearOfDeath('{"width":8,"height":8,"step":0,"settings":{"steps":"many","seed":3}}');
  assert.equal(diedDrawing.value?.settings, { ...DEFAULT_SETTINGS, seed: 3 });
});

test('a page that draws already heard of it', () => {
  beginWatch(request, SETTINGS);
  hearOfDeath('{"width":8,"height":8,"step":0}');
  assert.is(diedDrawing.value, undefined);
});

test.run();
