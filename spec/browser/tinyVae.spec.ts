/** A tiny VAE and few steps, as a person chooses them on the page: what arrives at the engine (`echo` of fakeEngine.worker.ts). */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { byId } from './page';
import { draws, file, isThere, press, says, shelfIn, unfold, upload, waitFor } from './shelfPage';

const ready = shelfIn(test, 'dist/spec-tiny-vae');

test('the demo model has a tiny VAE of its own, another is a file for this visit; the wish stays, the file does not', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo');
    await unfold(page, 'tiny-vae-options');
    await page.waitForSelector(byId('decoder-tiny'));
    await draws(page, /“plain, cut, 0”/);
    await press(page, 'decoder-tiny');
    await draws(page, /“plain, cut, 0, tiny VAE demo”/);
    await upload(page, 'choose-tiny-vae', await file('taesd_decoder.safetensors'));
    await page.waitForSelector(byId('tiny-vae'));
    await draws(page, /“plain, cut, 0, tiny VAE taesd_decoder.safetensors”/);
    await page.reload();
    await page.waitForSelector(byId('model'));
    await draws(page, /“plain, cut, 0, tiny VAE demo”/);
    assert.not(await isThere(page, 'tiny-vae'));
    await unfold(page, 'tiny-vae-options');
    await page.waitForSelector(byId('decoder-own'));
    await press(page, 'decoder-own');
    await draws(page, /“plain, cut, 0”/);
  }));

test('how a picture stands is shown on the way, where that is wished', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo');
    await unfold(page, 'tiny-vae-options');
    await page.waitForSelector(byId('previews-on'));
    await press(page, 'previews-on');
    await page.click(byId('draw'));
    const size = `(({ width, height }) => [width, height].join())(document.querySelector('${byId('preview')}'))`;
    await page.waitForSelector(byId('preview'));
    assert.is(await page.evaluate(size), '8,8');
    await page.waitForSelector(byId('picture'));
    assert.not(await isThere(page, 'preview'));
  }));

test('a sampler of few steps, set to many, says what it wants, and takes it by one press', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo');
    assert.not(await isThere(page, 'few-steps'));
    await page.select(byId('scheduler'), 'lcm');
    await page.waitForSelector(byId('few-steps'));
    await press(page, 'few-steps');
    await waitFor(page, `!document.querySelector('${byId('few-steps')}')`);
    await page.click(byId('draw'));
    await waitFor(page, says('cut', /“plain, cut, 0, 6 steps, guidance 1”/));
  }));

test.run();
