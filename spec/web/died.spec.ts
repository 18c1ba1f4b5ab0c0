/** What outlives a page that dies while it draws. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { diedText, drawnOf, parseDied } from '../../web/died';
import { DEFAULT_SETTINGS, toRequest } from '../../web/settings';

const SETTINGS = {
  ...DEFAULT_SETTINGS,
  ...{ prompt: '一只猫', seed: 7, steps: 12, numImages: 3, size: { width: 640, height: 512 } },
  ...{ extra: { cacheInterval: 2 }, sampling: { subseed: 5, subseedStrength: 0.1 } },
};
const request = toRequest(SETTINGS, { width: 256, height: 256 });

test('what is drawn is told with all that draws it again, and the steps that are done', () => {
  const told = diedText({ ...drawnOf(request, SETTINGS), step: 5 });
  assert.equal(parseDied(told), { width: 640, height: 512, step: 5, settings: SETTINGS });
});

test('pictures that it was drawn from died with the page: it cannot be drawn again', () => {
  for (const from of [{ controls: [] }, { ipAdapters: [] }]) {
    const told = diedText(drawnOf({ ...request, ...from }, SETTINGS));
    assert.equal(parseDied(told), { width: 640, height: 512, step: 0 });
  }
});

test('the text is one that the app keeps, however long the prompt', () => {
  for (const length of [10, 10_000, 70_000]) {
    const told = diedText(drawnOf(request, { ...SETTINGS, prompt: '猫'.repeat(length) }));
    assert.ok(Buffer.byteLength(told) <= 65_536, `${length}`);
    assert.is(told.includes('猫'), length <= 10_000);
    assert.is(parseDied(told)?.width, 640);
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
    assert.is(parseDied(text), undefined, text);
  }
  assert.is(parseDied(null), undefined);
  const { settings } = parseDied('{"width":8,"height":8,"step":0,"settings":{"steps":"many","seed":3}}')!;
  assert.equal(settings, { ...DEFAULT_SETTINGS, seed: 3 });
});

test.run();
