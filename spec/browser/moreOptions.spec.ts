/** A second pass, FreeU, soft edges and what is beyond them, as a person sets them: what arrives at the engine (`echo` of fakeEngine.worker.ts). */
import { writeFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pngBytes } from '../../workers/cli/png';
import { byId, fill } from './page';
import { draws, file, isThere, press, says, shelfIn, text, unfold, upload, waitFor } from './shelfPage';

const ready = shelfIn(test, 'dist/spec-more-options');

test('a second pass is chosen by its scale, shows the first meanwhile, and is set again by its picture', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo');
    await unfold(page, 'more-options');
    await page.waitForSelector(byId('hires-2'));
    assert.not(await isThere(page, 'hires-strength'));
    await press(page, 'hires-2');
    await page.waitForSelector(byId('hires-strength'));
    assert.is(await text(page, 'hires-size'), 'The picture will be 512 × 512.');
    await page.select(byId('hires-upscaler'), 'lanczos');
    await fill(page, 'hires-steps', '5');
    await fill(page, 'hires-strength', '0.45');
    await press(page, 'draw');
    await page.waitForSelector(byId('between'));
    await page.waitForSelector(byId('save'));
    assert.not(await isThere(page, 'between'));
    await waitFor(page, says('cut', /hiresUpscaler lanczos, hiresSteps 5, hiresStrength 0.45, hiresScale 2/));
    assert.match(await text(page, 'facts'), /^512 × 512 /);
    await press(page, 'hires-off');
    await draws(page, /plain, cut, 0/);
    await press(page, 'reset');
    await page.reload();
    await page.waitForSelector(byId('model'));
    await draws(page, /plain, cut, 0/);
  }));

test('work is left out by choice, and guidance brought back', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo');
    await unfold(page, 'more-options');
    await page.waitForSelector(byId('faster-nothing'));
    await press(page, 'faster-much');
    await draws(page, /cacheInterval 3, guidanceInterval 0,0\.8/);
    await press(page, 'faster-some');
    await draws(page, /cacheInterval 2, guidanceInterval 0,0\.8/);
    await press(page, 'faster-nothing');
    await fill(page, 'token-merging', '0.5');
    await draws(page, /tokenMergingRatio 0\.5/);
    // What is left out otherwise is another choice.
    await press(page, 'faster-some');
    await draws(page, /tokenMergingRatio 0\.5, cacheInterval 2/);
    await press(page, 'faster-nothing');
    await fill(page, 'guidance-rescale', '0.7');
    await draws(page, /guidanceRescale 0\.7/);
  }));

test('guidance is plain, thresholded or across, one of them', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo');
    await unfold(page, 'more-options');
    await page.waitForSelector(byId('guiding-mimic'));
    await fill(page, 'guidance-rescale', '0.7');
    await press(page, 'guiding-mimic');
    assert.not(await isThere(page, 'guidance-rescale'));
    await draws(page, /“mimicScale 7”/);
    await fill(page, 'mimic-scale', '5');
    await fill(page, 'mimic-percentile', '98.5');
    await draws(page, /“mimicScale 5, mimicPercentile 98\.5”/);
    await press(page, 'guiding-perpendicular');
    await fill(page, 'guidance-rescale', '0.5');
    await draws(page, /“perpendicularNegative 1, guidanceRescale 0\.5”/);
    await press(page, 'guiding-plain');
    await draws(page, /“guidanceRescale 0\.5”/);
  }));

test('FreeU is one of two sets of factors, or any', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo');
    await unfold(page, 'more-options');
    await page.waitForSelector(byId('freeu-off'));
    await press(page, 'freeu-SD 1.5');
    await draws(page, /freeu 1\.5,1\.6,0\.9,0\.2/);
    await fill(page, 'freeu-s2', '0.5');
    await draws(page, /freeu 1\.5,1\.6,0\.9,0\.5/);
    // Said below the fold while that is shut, and left there.
    const shown = (): Promise<boolean> =>
      page.$eval(byId('unusual-freeu'), (row) => (row as unknown as { offsetHeight: number }).offsetHeight > 0);
    assert.is(await shown(), false);
    await unfold(page, 'more-options');
    assert.equal([await shown(), await text(page, 'unusual-freeu')], [true, 'FreeU: 1.5, 1.6, 0.9, 0.5']);
    await press(page, 'leave-freeu');
    await draws(page, /plain, cut, 0/);
    await unfold(page, 'more-options');
    await press(page, 'freeu-SD 1.4');
    await press(page, 'freeu-off');
    await draws(page, /plain, cut, 0/);
    await press(page, 'reuse');
    await draws(page, /plain, cut, 0/);
  }));

test('a picture goes on beyond its edges in pixels of their own, softly; there is no second pass of it', () =>
  ready(async ({ page }) => {
    await page.evaluate('delete window.showOpenFilePicker');
    await page.type(byId('prompt'), 'echo');
    await unfold(page, 'more-options');
    await page.waitForSelector(byId('hires-2'));
    await press(page, 'hires-2');
    const path = await file('wide.png');
    await writeFile(path, pngBytes({ width: 96, height: 48, pixels: new Uint8Array(3 * 96 * 48).fill(90) }));
    await unfold(page, 'init-picture');
    await upload(page, 'init-file', path);
    await page.waitForSelector(byId('beyond-0'));
    assert.is(await text(page, 'hires-size'), 'Not while a picture is drawn from.');
    assert.not(await isThere(page, 'mask-blur'));
    await fill(page, 'beyond-0', '64');
    await page.waitForSelector(byId('mask-blur'));
    await fill(page, 'beyond-3', '16');
    await fill(page, 'mask-blur', '4');
    await press(page, 'masked-content-latent_noise');
    await draws(page, /outpaint 64,0,0,16, maskBlur 4, maskedContent latent_noise/);
    // 360 × 184, the demo model's area in its shape, and what is beyond.
    assert.match(await text(page, 'facts'), /^424 × 200 /);
    // A size of one's own is the picture's, and what is beyond comes to it; 2048 are the most in all.
    await press(page, 'size-other');
    await fill(page, 'width', '664');
    await fill(page, 'beyond-2', '8');
    await draws(page, /outpaint 64,0,8,16/);
    assert.match(await text(page, 'facts'), /^672 × 200 /);
    const most = (side: number) => page.$eval(byId(`beyond-${side}`), (field) => Number(field.getAttribute('max')));
    // 600 of the picture, 64 on its left, 8 on its right.
    assert.equal([await most(0), await most(2)], [2048 - 600 - 8, 2048 - 600 - 64]);
  }));

test.run();
