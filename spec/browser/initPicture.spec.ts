/** Drawing from a picture on the page: given, painted on, handed to the engine as pixels. */
import { writeFile } from 'node:fs/promises';
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pngBytes } from '../../workers/cli/png';
import { byId, fill } from './page';
import { draws, file, isThere, press, says, shelfIn, text, unfold, upload, waitFor } from './shelfPage';

const ready = shelfIn(test, 'dist/spec-init-picture');

/** Half as high as it is wide, of one color. */
async function bluePicture(): Promise<string> {
  const path = await file('blue.png');
  const pixels = Uint8Array.from({ length: 3 * 96 * 48 }, (_, i) => [20, 40, 230][i % 3]!);
  await writeFile(path, pngBytes({ width: 96, height: 48, pixels }));
  return path;
}

async function given(page: Page): Promise<void> {
  await page.evaluate('delete window.showOpenFilePicker');
  await unfold(page, 'init-picture');
  await upload(page, 'init-file', await bluePicture());
  await page.waitForSelector(byId('mask'));
}

/** Of the picture on show, at parts of its sides; from a copy, which may be read more than once. */
const colorAt = (page: Page, x: number, y: number): Promise<number[]> =>
  page.evaluate(
    `(() => { const canvas = document.querySelector('${byId('picture')}');
      const copy = new OffscreenCanvas(1, 1).getContext('2d');
      copy.drawImage(canvas, Math.floor(${x} * canvas.width), Math.floor(${y} * canvas.height), 1, 1, 0, 0, 1, 1);
      return [...copy.getImageData(0, 0, 1, 1).data].slice(0, 3); })()`,
  ) as Promise<number[]>;

test('a picture is drawn from in its own shape; without paint all of it is given, and it can be taken away', () =>
  ready(async ({ page }) => {
    await given(page);
    await page.click(byId('draw'));
    await page.waitForSelector(byId('save'));
    // The demo model's area in a shape of 2 to 1.
    assert.match(await text(page, 'facts'), /^360 × 184 /);
    assert.equal(await colorAt(page, 0.1, 0.1), [20, 40, 230]);
    await press(page, 'leave-init');
    await waitFor(page, `!document.querySelector('${byId('mask')}')`);
    await page.click(byId('draw'));
    await waitFor(page, `document.querySelectorAll('${byId('picture')}').length === 1`);
    await page.waitForSelector(byId('save'));
    await press(page, 'init-shown');
    await page.waitForSelector(byId('mask'));
  }));

test('what is painted on with a finger is drawn anew, and nothing else; the paint can be removed', () =>
  ready(
    async ({ page }) => {
      await unfold(page, 'settings');
      await given(page);
      const box = (await (await page.$(byId('mask')))!.boundingBox())!;
      await page.evaluate(`document.querySelector('${byId('mask')}').scrollIntoView({ block: 'center' })`);
      const seen = (await (await page.$(byId('mask')))!.boundingBox())!;
      assert.ok(box.width > 200 && Math.abs(box.width / box.height - 2) < 0.1, `${box.width} × ${box.height}`);
      const [y, from, to] = [seen.y + seen.height / 2, seen.x + seen.width * 0.6, seen.x + seen.width * 0.9];
      await page.touchscreen.touchStart(from, y);
      await page.touchscreen.touchMove(to, y);
      await page.touchscreen.touchEnd();
      await page.waitForSelector(byId('clear-mask'));
      // Painting has not scrolled the page.
      assert.is((await (await page.$(byId('mask')))!.boundingBox())!.y, seen.y);
      await press(page, 'draw');
      await page.waitForSelector(byId('save'));
      assert.equal(await colorAt(page, 0.1, 0.5), [20, 40, 230]);
      assert.equal(await colorAt(page, 0.75, 0.1), [20, 40, 230]);
      assert.not.equal(await colorAt(page, 0.75, 0.5), [20, 40, 230]);
      // The painted part alone: the picture keeps its own size then.
      await page.type(byId('prompt'), 'echo');
      await press(page, 'drawn-part-painted');
      await fill(page, 'inpaint-padding', '8');
      await draws(page, /maskBlur 0, maskedContent original, inpaintPadding 8/);
      assert.match(await text(page, 'facts'), /^96 × 48 /);
      await press(page, 'drawn-part-whole');
      await draws(page, /maskBlur 0, maskedContent original”/);
      await press(page, 'clear-mask');
      await waitFor(page, `!document.querySelector('${byId('clear-mask')}')`);
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
    },
    { width: 390, height: 844 },
  ));

test('a tap paints, and so do keys', () =>
  ready(async ({ page }) => {
    await given(page);
    const box = (await (await page.$(byId('mask')))!.boundingBox())!;
    await page.mouse.click(box.x + box.width / 4, box.y + box.height / 2);
    await page.waitForSelector(byId('clear-mask'));
    await page.click(byId('draw'));
    await page.waitForSelector(byId('save'));
    assert.not.equal(await colorAt(page, 0.25, 0.5), [20, 40, 230]);
    assert.equal(await colorAt(page, 0.5, 0.5), [20, 40, 230]);
    await page.focus(byId('mask'));
    await page.keyboard.press('Space');
    await page.waitForSelector(byId('draw'));
    await page.click(byId('draw'));
    await waitFor(page, `document.querySelectorAll('${byId('gallery')} li').length === 2`);
    await page.waitForSelector(byId('save'));
    assert.not.equal(await colorAt(page, 0.5, 0.5), [20, 40, 230]);
  }));

test('a file that is no picture is told by its name, and nothing is begun from', () =>
  ready(async ({ page }) => {
    await page.evaluate('delete window.showOpenFilePicker');
    await unfold(page, 'init-picture');
    await upload(page, 'init-file', await file('weights.bin'));
    await page.waitForSelector(`${byId('problem')}[data-code="bad-image"]`);
    assert.ok(await page.evaluate(says('problem', /weights\.bin/)));
    assert.not(await isThere(page, 'mask'));
  }));

test.run();
