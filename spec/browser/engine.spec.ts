/** The page with the real engine: what it draws is what the command draws. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { commandPicture, draw, PATIENCE, ready, same, scratchFolder, textOf, writeRandomModel } from './enginePage';
import { byId } from './page';

const FOLDER = 'dist/spec-engine';
const SMALL_FOLDER = 'dist/spec-engine-small';
const FEW = { steps: 6 };

/** A GPU in software: WebGPU as it is, without a graphics card. */
const SWIFTSHADER = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

test.before(() => bundle(FOLDER));

test('a sentence typed into the page becomes the picture that the command draws', () =>
  ready(FOLDER, async ({ page, requests }) => {
    assert.is(await page.evaluate('crossOriginIsolated'), true);
    same(await draw(page, FEW), await commandPicture(FEW));
    assert.match(await textOf(page, 'facts'), /^256 × 256 · seed 1 · Drawn in \d+ \w+ on the CPU$/);
    const weights = requests.filter((path) => path.endsWith('.safetensors'));
    assert.is(weights.length, 3); // text encoder, UNet, VAE: once each
  }));

// A GPU in software takes minutes for the demo model.
test('WebGPU, where there is an adapter, draws the picture of the CPU', async () => {
  const scratch = await scratchFolder();
  const small = await writeRandomModel(join(scratch.path, 'random-a'), 'A');
  await bundle(SMALL_FOLDER, small);
  await ready(
    SMALL_FOLDER,
    async ({ page }) => {
      await page.waitForSelector(`${byId('backend-webgpu')}:enabled`, PATIENCE);
      assert.match(await textOf(page, 'why-webgpu'), /^GPU: imitated by the CPU/);
      await page.evaluate(`document.querySelector('${byId('backend-webgpu')}').click()`);
      const least = { steps: 1, size: [64, 64] } as const;
      const drawn = await draw(page, least);
      assert.match(await textOf(page, 'facts'), /^64 × 64 .* on the GPU$/);
      same(drawn, await commandPicture(least, '--model', small));
    },
    { flags: SWIFTSHADER },
  );
  await scratch.remove();
});

test.run();
