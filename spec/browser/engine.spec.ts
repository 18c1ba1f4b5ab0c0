/** The page with the real engine and the demo model: what it draws is what the command draws. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { commandPicture, draw, ready, same, textOf } from './enginePage';

const FOLDER = 'dist/spec-engine';

test.before(() => bundle(FOLDER));

test('a sentence typed into the page becomes the picture that the command draws', () =>
  ready(FOLDER, async ({ page, requests }) => {
    assert.is(await page.evaluate('crossOriginIsolated'), true);
    same(await draw(page), await commandPicture({}));
    assert.match(await textOf(page, 'facts'), /^256 × 256 · seed 1 · Drawn in \d+ \w+ on the CPU$/);
    const weights = requests.filter((path) => path.endsWith('.safetensors'));
    assert.is(weights.length, 3); // text encoder, UNet, VAE: once each
  }));

test.run();
