/** The page with the real engine and the demo model: what it draws is what the command draws. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { commandPicture, draw, PATIENCE, ready, same, textOf } from './enginePage';
import { byId } from './page';

const FOLDER = 'dist/spec-engine';

/** A GPU in software: WebGPU as it is, without a graphics card. */
const SWIFTSHADER = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

test.before(() => bundle(FOLDER));

test('a sentence typed into the page becomes the picture that the command draws', () =>
  ready(FOLDER, async ({ page, requests }) => {
    assert.is(await page.evaluate('crossOriginIsolated'), true);
    same(await draw(page), await commandPicture({}));
    assert.match(await textOf(page, 'facts'), /^256 × 256 · seed 1 · Drawn in \d+ \w+ on the CPU$/);
    const weights = requests.filter((path) => path.endsWith('.safetensors'));
    assert.is(weights.length, 3); // text encoder, UNet, VAE: once each
  }));

test('WebGPU, where there is an adapter, draws the picture of the CPU', () =>
  ready(
    FOLDER,
    async ({ page }) => {
      await page.waitForSelector(`${byId('backend-webgpu')}:enabled`, PATIENCE);
      assert.match(await textOf(page, 'why-webgpu'), /^GPU: imitated by the CPU/);
      await page.evaluate(`document.querySelector('${byId('backend-webgpu')}').click()`);
      // A GPU in software is slow: a small picture, in few steps.
      const small = { steps: 2, size: [64, 72] } as const;
      const drawn = await draw(page, small);
      assert.match(await textOf(page, 'facts'), /^64 × 72 .* on the GPU$/);
      same(drawn, await commandPicture(small));
    },
    { flags: SWIFTSHADER },
  ));

test.run();
