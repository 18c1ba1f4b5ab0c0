/** The page with the real engine and the demo model: what it draws is what the command draws. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { psnr } from '../../models/quantize/quality/psnr';
import { pngBytes } from '../../workers/cli/png';
import { wavePicture } from '../workers/pictureFile/wavePicture';
import { commandPicture, draw, ready, same, scratchFolder, textOf } from './enginePage';
import { byId } from './page';

const FOLDER = 'dist/spec-engine';

/** What the command draws. */
let command: Buffer;
test.before(async () => {
  await bundle(FOLDER);
  command = await commandPicture({});
});

test('a sentence typed into the page becomes the picture that the command draws', () =>
  ready(FOLDER, async ({ page, requests }) => {
    assert.is(await page.evaluate('crossOriginIsolated'), true);
    same(await draw(page), command);
    assert.match(await textOf(page, 'facts'), /^256 × 256 · seed 1 · Drawn in \d+ \w+ on the CPU$/);
    const weights = requests.filter((path) => path.endsWith('.safetensors'));
    assert.is(weights.length, 3); // text encoder, UNet, VAE: once each
  }));

test('our own kernels, in eight bits and with threads, draw nearly the same', () =>
  ready(FOLDER, async ({ page }) => {
    await page.evaluate(`document.querySelector('${byId('backend-wasm-int8')}').click()`);
    const quality = psnr(await draw(page), command);
    assert.ok(quality > 24 && quality < 60, `${quality.toFixed(1)} dB`);
    assert.match(await textOf(page, 'facts'), /on the CPU, 8 bits$/);
  }));

test('a picture drawn from another is the one that the command draws of it', async () => {
  const scratch = await scratchFolder();
  const start = join(scratch.path, 'start.png');
  await writeFile(start, pngBytes({ width: 150, height: 131, pixels: wavePicture(150, 131) }));
  // The page's own choices: the model's area in the picture's shape, and how much of it is given up.
  const from = ['--init-image', start, '--strength', '0.8'];
  const expected = await commandPicture({ steps: 5, size: [272, 240] }, ...from);
  await ready(FOLDER, async ({ page }) => {
    await page.evaluate('delete window.showOpenFilePicker');
    await page.$eval(`${byId('init-picture')} > summary`, (element) =>
      (element as unknown as { click(): void }).click(),
    );
    const input = await page.waitForSelector(byId('init-file'));
    await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(start);
    await page.waitForSelector(byId('mask'));
    same(await draw(page, { steps: 5 }), expected);
  });
  await scratch.remove();
});

test.run();
