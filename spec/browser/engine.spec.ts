/** The page with the real engine and the demo model: what it draws is what the command draws. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { psnr } from '../../models/quantize/quality/psnr';
import { commandPicture, draw, ready, same, textOf } from './enginePage';
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

test.run();
