/** Where pictures count that a drawing is to be like, painted on the page: with a mouse, a finger, keys; what arrives at the engine, what comes back. */
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRequest } from '../../workers/api';
import { pngBytes } from '../../workers/cli/png';
import { withChunks } from '../../workers/pictureFile/pngChunks';
import { recipeChunks } from '../../workers/pictureFile/recipe';
import { all, gray, place } from './controlPage';
import { given, seeing } from './ipAdapterPage';
import { byId, fill } from './page';
import { draws, drop, isThere, press, says, shelfIn, unfold, waitFor } from './shelfPage';

const ready = shelfIn(test, 'dist/spec-painted-masks');

/** Of what is painted on, the left or the right half, with the widest brush. */
async function paintHalf(page: Page, half: 'left' | 'right', touch: boolean): Promise<void> {
  await page.evaluate(`document.querySelector('${byId('where-mask')}').scrollIntoView({ block: 'center' })`);
  const { x, y, width, height } = (await (await page.$(byId('where-mask')))!.boundingBox())!;
  const at = x + width * (half === 'left' ? 0.15 : 0.85);
  const [from, to] = [y + 2, y + height - 2];
  if (touch) {
    await page.touchscreen.touchStart(at, from);
    await page.touchscreen.touchMove(at, to);
    await page.touchscreen.touchEnd();
    return;
  }
  await page.mouse.move(at, from);
  await page.mouse.down();
  await page.mouse.move(at, to);
  await page.mouse.up();
}
const where = (page: Page, at: number) => page.evaluate(`document.querySelectorAll('${byId('where')}')[${at}].click()`);

test('where each picture counts is painted, shown small, taken away, and set again with its picture', () =>
  ready(async ({ page }) => {
    await seeing(page, await gray('a.png', 9), await gray('b.png', 7));
    assert.equal(await all(page, 'where', 'textContent'), ['Everywhere', 'Everywhere']);
    await where(page, 1);
    await page.waitForSelector(byId('where-mask'));
    assert.not(await isThere(page, 'clear-where'));
    await fill(page, 'where-brush', '30');
    await paintHalf(page, 'right', false);
    await page.waitForSelector(byId('where-thumbnail'));
    assert.equal(await all(page, 'where', 'ariaLabel'), [
      'Where a.png counts: everywhere',
      'Where b.png counts: where painted',
    ]);
    // White all over for the one that counts everywhere; the brush reaches a little over the middle or not to it.
    const right =
      /"maskNames":\["","painted for b\.png"\].* within 8 × 8 white 100:100 and 256 × 256 white 0:(8\d|9\d)”/;
    await draws(page, right);
    // Painted once more when it is unfolded anew, with what was there.
    await where(page, 1);
    await waitFor(page, `!document.querySelector('${byId('where-mask')}')`);
    await where(page, 1);
    await page.waitForSelector(byId('where-mask'));
    await fill(page, 'where-brush', '30');
    await paintHalf(page, 'left', false);
    await draws(page, /and 256 × 256 white (8\d|9\d):(8\d|9\d)”/);
    await press(page, 'clear-where');
    await waitFor(page, `!document.querySelector('${byId('where-thumbnail')}')`);
    await draws(
      page,
      /"imageNames":\["a.png","b.png"\],"scale":1,"start":0,"end":1} like 16 × 16 of 9 and 16 × 16 of 7”/,
    );
    // The first picture's settings bring its paint back.
    await page.evaluate(`document.querySelector('${byId('gallery')} li:last-child button').click()`);
    await press(page, 'reuse');
    await page.waitForSelector(byId('where-thumbnail'));
    await draws(page, right);
    // It goes with its picture.
    await page.evaluate(`document.querySelectorAll('${byId('control-leave')}')[1].click()`);
    await waitFor(page, given(1));
    await draws(page, /"imageNames":\["a.png"\],"scale":1,"start":0,"end":1} like 16 × 16 of 9”/);
  }));

/** One picture, and a disc in the middle of where it counts. */
async function paintedByKey(page: Page): Promise<void> {
  await seeing(page, await gray('a.png', 9));
  await where(page, 0);
  await page.focus(byId('where-mask'));
  await page.keyboard.press('Space');
  await page.waitForSelector(byId('where-thumbnail'));
}

test('it is painted by keys, too', () =>
  ready(async ({ page }) => {
    await paintedByKey(page);
    // A disc of a tenth of the side in the middle: π percent of the whole, half of it on either side.
    await draws(page, /within 256 × 256 white 3:3”/);
    await page.focus(byId('where-mask'));
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('ArrowRight');
    await page.keyboard.down('Shift');
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.up('Shift');
    // And 0.2 · 0.3 of the whole and a disc, all on the right.
    await draws(page, /within 256 × 256 white 3:2[0-3]”/);
  }));

test('a picture’s file says that where its pictures counted was painted, and what is painted here already stays', () =>
  ready(async ({ page }) => {
    await paintedByKey(page);
    const image = { width: 1, height: 1, pixels: new Uint8Array(3) };
    const masks = { masks: [image, image], maskNames: ['left.png', 'right.png'] };
    const request: ImageRequest = {
      ...{ prompt: 'echo', negativePrompt: '', seed: 41, steps: 7, guidanceScale: 3.5, width: 64, height: 80 },
      ...{ scheduler: 'ddim', numImages: 1, guidance: 'auto', memory: 'auto' },
      ipAdapters: [{ name: 'plain', images: [image, image], imageNames: ['a.png', 'b.png'], ...masks }],
    };
    const bare = pngBytes({ width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) });
    const chunks = recipeChunks({ model: 'Demo', backend: 'wasm', request });
    // Else it would be let go above the control, and be a picture of that.
    await page.evaluate('scrollTo(0, 0)');
    await drop(page, await place('masked.png', withChunks(bare, chunks)));
    await waitFor(page, says('toasts', /does not say where these count: paint that under “Control”: b\.png\./));
    await draws(page, /within 256 × 256 white 3:3”/);
  }));

test('on a phone it is painted with a finger, which does not scroll', () =>
  ready(
    async ({ page }) => {
      await unfold(page, 'settings');
      await seeing(page, await gray('a.png', 9));
      await where(page, 0);
      await page.waitForSelector(byId('where-mask'));
      await fill(page, 'where-brush', '30');
      await page.evaluate(`document.querySelector('${byId('where-mask')}').scrollIntoView({ block: 'center' })`);
      const before = (await (await page.$(byId('where-mask')))!.boundingBox())!.y;
      await paintHalf(page, 'left', true);
      await page.waitForSelector(byId('where-thumbnail'));
      assert.is((await (await page.$(byId('where-mask')))!.boundingBox())!.y, before);
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
      await draws(page, /within 256 × 256 white (8\d|9\d):0”/);
    },
    { width: 390, height: 844 },
  ));

test.run();
