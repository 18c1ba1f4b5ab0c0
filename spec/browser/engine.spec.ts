/** The page with the real engine and the demo model: what it draws is what the command draws. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { fileSource } from '../../models/folder.node';
import { psnr } from '../../models/quantize/quality/psnr';
import { openSafetensors } from '../../models/safetensors';
import { encodeSafetensors } from '../../models/safetensorsWriter';
import { pngBytes } from '../../workers/cli/png';
import { DEFAULTS } from '../../workers/request';
import { fromRoot } from '../root';
import { wavePicture } from '../workers/pictureFile/wavePicture';
import { commandPicture, draw, ready, same, scratchFolder, textOf } from './enginePage';
import { byId, fill } from './page';
import { press, unfold, upload } from './shelfPage';

const FOLDER = 'dist/spec-engine';
const FEW = { steps: 4 };

/** What the command draws. */
let command: Buffer;
test.before(async () => {
  await bundle(FOLDER);
  command = await commandPicture(FEW);
});

test('a sentence typed into the page becomes the picture that the command draws', () =>
  ready(FOLDER, async ({ page, requests }) => {
    assert.is(await page.evaluate('crossOriginIsolated'), true);
    // As many steps as the command takes where nothing is said.
    assert.is(await page.evaluate(`document.querySelector('${byId('steps')}').value`), `${DEFAULTS.steps}`);
    same(await draw(page, FEW), command);
    assert.match(await textOf(page, 'facts'), /^256 × 256 · seed 1 · Drawn in \d+ \w+ on the CPU$/);
    const weights = requests.filter((path) => path.endsWith('.safetensors'));
    assert.is(weights.length, 3); // text encoder, UNet, VAE: once each
  }));

test('noise and timesteps are the command’s: random numbers, a variation, eta, trailing timesteps', async () => {
  const drawn = { steps: 4, size: [64, 72] } as const;
  const options = ['--scheduler', 'ddim', '--rng', 'philox', '--timestep-spacing', 'trailing', '--eta', '0.5'];
  const expected = await commandPicture(drawn, ...options, '--subseed', '9', '--subseed-strength', '0.3');
  await ready(FOLDER, async ({ page }) => {
    await page.select(byId('scheduler'), 'ddim');
    await unfold(page, 'noise');
    await page.waitForSelector(byId('rng-philox'));
    await press(page, 'rng-philox');
    await page.select(byId('timestep-spacing'), 'trailing');
    await fill(page, 'eta', '0.5');
    await fill(page, 'variation', '0.3');
    await page.waitForSelector(byId('subseed'));
    await fill(page, 'subseed', '9');
    same(await draw(page, drawn), expected);
    assert.match(await textOf(page, 'facts'), /^64 × 72 · seed 1, variation 9 · /);
    // Without any of them it is another picture.
    for (const one of ['rng', 'timestepSpacing', 'eta', 'variation']) await press(page, `leave-${one}`);
    const own = await commandPicture(drawn, '--scheduler', 'ddim');
    assert.ok(psnr(own, expected) < 30, 'it is no matter whose noise it is');
    same(await draw(page, drawn), own);
  });
});

test('words are read as the command reads them: weights, chunks, skipped layers, a learned word', async () => {
  const scratch = await scratchFolder();
  const file = join(scratch.path, 'made-up.safetensors');
  const vectors = await openSafetensors(await fileSource(fromRoot('spec/vectors/prompt-states.safetensors')));
  const data = await vectors.read('vectors');
  await writeFile(file, encodeSafetensors([{ name: 'emb_params', dtype: 'F32', shape: [3, 64], data }]));
  const drawn = { prompt: 'a (red:1.4) made-up apple BREAK [night|day]', steps: 4, size: [64, 72] } as const;
  const options = ['--prompt-style', 'a1111', '--clip-skip', '1', '--embedding', file];
  const styled = await commandPicture(drawn, ...options);
  assert.ok(psnr(await commandPicture(drawn), styled) < 30, 'it is no matter how words are read');
  await ready(FOLDER, async ({ page }) => {
    await unfold(page, 'prompt-options');
    await page.waitForSelector(byId('prompt-style-a1111'));
    await press(page, 'prompt-style-a1111');
    await fill(page, 'clip-skip', '1');
    await upload(page, 'add-embedding', file);
    await page.waitForSelector(byId('embedding'));
    same(await draw(page, drawn), styled);
  });
  await scratch.remove();
});

test('our own kernels, in eight bits and with threads, draw nearly the same', () =>
  ready(FOLDER, async ({ page }) => {
    await page.evaluate(`document.querySelector('${byId('backend-wasm-int8')}').click()`);
    const quality = psnr(await draw(page, FEW), command);
    assert.ok(quality > 24 && quality < 60, `${quality.toFixed(1)} dB`);
    assert.match(await textOf(page, 'facts'), /on the CPU, 8 bits$/);
  }));

test('a picture drawn from another is the one that the command draws of it', async () => {
  const scratch = await scratchFolder();
  const start = join(scratch.path, 'start.png');
  await writeFile(start, pngBytes({ width: 150, height: 131, pixels: wavePicture(150, 131) }));
  // The page's own choices: the model's area in the picture's shape, and how much of it is given up.
  const from = ['--init-image', start, '--strength', '0.8'];
  const expected = await commandPicture({ steps: 3, size: [272, 240] }, ...from);
  await ready(FOLDER, async ({ page }) => {
    await page.evaluate('delete window.showOpenFilePicker');
    await page.$eval(`${byId('init-picture')} > summary`, (element) =>
      (element as unknown as { click(): void }).click(),
    );
    const input = await page.waitForSelector(byId('init-file'));
    await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(start);
    await page.waitForSelector(byId('mask'));
    same(await draw(page, { steps: 3 }), expected);
  });
  await scratch.remove();
});

test.run();
