/** A picture dropped on the page, or picked, sets what drew it. */
import { writeFile } from 'node:fs/promises';
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRequest } from '../../workers/api';
import { pngBytes } from '../../workers/cli/png';
import { withChunks } from '../../workers/pictureFile/pngChunks';
import { textChunk } from '../../workers/pictureFile/pngText';
import { recipeChunks } from '../../workers/pictureFile/recipe';
import { byId } from './page';
import { drop, file, isThere, press, says, shelfIn, text, upload, waitFor } from './shelfPage';

const ready = shelfIn(test, 'dist/spec-from-picture');

const request: ImageRequest = {
  ...{ prompt: '一只猫, "quoted"', negativePrompt: 'blurry', seed: 41, steps: 7, guidanceScale: 3.5, width: 64 },
  ...{ height: 80, scheduler: 'ddim', eta: 0.5, rng: 'philox', numImages: 1, guidance: 'auto', memory: 'auto' },
};
const bare = pngBytes({ width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) });

async function picture(name: string, chunks: readonly Uint8Array[]): Promise<string> {
  const path = await file(name);
  await writeFile(path, withChunks(bare, chunks));
  return path;
}

const fieldOf = (page: Page, id: string): Promise<string> =>
  page.$eval(byId(id), (element) => (element as unknown as { value: string }).value);

test('a dropped picture sets its prompt, its numbers and its seed, and what has no control stands beside them', () =>
  ready(async ({ page }) => {
    const by = { model: 'elsewhere', weights: 'int8', backend: 'wasm-int8' } as const;
    await drop(page, await picture('ours.png', recipeChunks({ ...by, request })));
    await page.waitForSelector(byId('toast'));
    assert.match(await text(page, 'toast'), /Settings taken from ours\.png\. .* the model elsewhere/);
    assert.is(await fieldOf(page, 'prompt'), request.prompt);
    assert.is(await fieldOf(page, 'negative-prompt'), 'blurry');
    assert.is(await fieldOf(page, 'scheduler'), 'ddim');
    assert.is(await text(page, 'taken'), 'As the picture has it: rng philox eta 0.5');
    assert.is(await page.$eval(byId('keep-seed'), (button) => button.getAttribute('aria-pressed')), 'true');
    await page.click(byId('draw'));
    await page.waitForSelector(byId('save'));
    assert.match(await text(page, 'facts'), /64 × 80 · .*41/);
    await press(page, 'leave-taken');
    await waitFor(page, `!document.querySelector('${byId('taken')}')`);
    assert.not(await isThere(page, 'job'));
  }));

test('of one that was drawn from another picture that is said, since the other is not in its file', () =>
  ready(async ({ page }) => {
    const chunks = (more: Partial<ImageRequest>) =>
      recipeChunks({ model: 'Demo', backend: 'wasm', request: { ...request, ...more } });
    await drop(page, await picture('from.png', chunks({ strength: 0.6 })));
    await page.waitForSelector(byId('toast'));
    assert.match(await text(page, 'toast'), /drawn from another picture, which its file does not hold/);
    await drop(page, await picture('plain.png', chunks({})));
    await waitFor(page, says('toast', /plain\.png/));
    assert.not.match(await text(page, 'toast'), /another picture/);
    await drop(page, await picture('wider.png', chunks({ outpaint: [8, 0, 0, 0] })));
    await waitFor(page, says('toast', /wider\.png.*another picture/));
  }));

test('a picked picture of stable-diffusion-webui sets what is drawn with here, and says what is not', () =>
  ready(async ({ page }) => {
    await page.evaluate('delete window.showOpenFilePicker');
    const said = 'a girl\nSteps: 9, Sampler: DPM++ 2M Karras, CFG scale: 6, Seed: 3, Size: 64x64, ENSD: 31337';
    await upload(page, 'from-picture', await picture('webui.png', [textChunk('parameters', said)]));
    await page.waitForSelector(byId('toast'));
    assert.is(await text(page, 'toast'), 'Settings taken from webui.png. Not drawn with here: ENSD: 31337.');
    assert.equal(await Promise.all(['prompt', 'sigmas'].map((id) => fieldOf(page, id))), ['a girl', 'karras']);
  }));

test('a picture that says nothing of how it was drawn, or is none, is told and changes nothing', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'mine');
    for (const path of [await picture('plain.png', []), await file('none.png')]) {
      await drop(page, path);
      await page.waitForSelector(`${byId('problem')}[data-code="bad-image"]`);
      assert.ok((await text(page, 'problem')).includes(path.split('/').at(-1)!));
      await press(page, 'dismiss');
      await waitFor(page, `!document.querySelector('${byId('problem')}')`);
    }
    assert.is(await fieldOf(page, 'prompt'), 'mine');
  }));

test.run();
