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
import { byId, fieldOf, fill } from './page';
import { draws, drop, file, isThere, press, says, shelfIn, text, unfold, upload, waitFor } from './shelfPage';

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

/** What stands below the fold of noise and timesteps. */
const rows = (page: Page): Promise<string[]> =>
  page.$$eval('.unusual > li', (items) =>
    items.map((item) => (item as { textContent: string | null }).textContent ?? ''),
  );
const focused = (page: Page): Promise<unknown> =>
  page.evaluate('document.activeElement.dataset.testid ?? document.activeElement.textContent');

test('a dropped picture sets its prompt, its numbers and its seed, and what is otherwise than usual is said and can be left', () =>
  ready(async ({ page }) => {
    const by = { model: 'elsewhere', weights: 'int8', backend: 'wasm-int8' } as const;
    await drop(page, await picture('ours.png', recipeChunks({ ...by, request })));
    await page.waitForSelector(byId('toast'));
    assert.match(await text(page, 'toast'), /Settings taken from ours\.png\. .* the model elsewhere/);
    assert.is(await fieldOf(page, 'prompt'), request.prompt);
    assert.is(await fieldOf(page, 'negative-prompt'), 'blurry');
    assert.is(await fieldOf(page, 'scheduler'), 'ddim');
    await page.waitForSelector(byId('unusual-eta'));
    assert.equal(await rows(page), ['Random numbers: A1111', 'Eta: 0.5']);
    assert.is(await page.$eval(byId('keep-seed'), (button) => button.getAttribute('aria-pressed')), 'true');
    await page.click(byId('draw'));
    await page.waitForSelector(byId('save'));
    assert.match(await text(page, 'facts'), /64 × 80 · .*41/);
    // With its seed they are kept for the next visit, where it would be another's otherwise.
    await page.reload();
    await page.waitForSelector(byId('unusual-eta'));
    assert.is(await page.$eval(byId('leave-rng'), (button) => button.ariaLabel), 'Remove Random numbers: A1111');
    await page.focus(byId('leave-rng'));
    await page.keyboard.press('Enter');
    assert.equal([await rows(page), await focused(page)], [['Eta: 0.5'], 'leave-eta']);
    await page.keyboard.press('Enter');
    assert.equal([await rows(page), await focused(page)], [[], 'Variations, noise, timesteps']);
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
    // It stays while somebody is on it.
    await page.focus(byId('toast-away'));
    await page.keyboard.press('Escape');
    await page.waitForFunction(`!document.querySelector('${byId('toast')}')`);
  }));

test('random numbers, a variation, eta and timesteps are set by hand where they apply, and are what a picture of them sets again', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo');
    await unfold(page, 'noise');
    await page.waitForSelector(byId('rng-philox'));
    assert.equal([await isThere(page, 'eta'), await isThere(page, 'subseed')], [false, false]);
    await press(page, 'rng-philox');
    await page.select(byId('timestep-spacing'), 'trailing');
    await draws(page, /“rng philox, timestepSpacing trailing”/);
    // A variation keeps the seed and has a seed of its own, new each time until it is kept.
    await fill(page, 'variation', '0.25');
    const seed = await fieldOf(page, 'seed');
    await draws(page, /subseed \d+, subseedStrength 0\.25/);
    const first = await fieldOf(page, 'subseed');
    assert.match(await text(page, 'facts'), new RegExp(` seed ${seed}, variation ${first} `));
    await press(page, 'keep-subseed');
    await draws(page, new RegExp(`subseed ${first}, subseedStrength 0\\.25`));
    assert.is(await fieldOf(page, 'seed'), seed);
    await press(page, 'keep-subseed');
    await draws(page, /subseed \d+/);
    assert.is.not(await fieldOf(page, 'subseed'), first);
    // With the seed its variation is let go, too; the variation's own seed stays for whoever takes it up again.
    await page.click(byId('keep-seed'));
    assert.equal([await fieldOf(page, 'variation'), await isThere(page, 'subseed')], ['0', false]);
    await draws(page, /“rng philox, timestepSpacing trailing”/);
    await fill(page, 'variation', '0.25');
    await page.select(byId('scheduler'), 'tcd');
    await page.waitForSelector(byId('eta'));
    assert.equal([await fieldOf(page, 'eta'), await isThere(page, 'timestep-spacing')], ['0.3', false]);
    await fill(page, 'eta', '0.8');
    await fill(page, 'steps', '2');
    await draws(page, /eta 0\.8/);
    const last = await fieldOf(page, 'subseed');
    await press(page, 'reset');
    assert.is(await fieldOf(page, 'variation'), '0');
    await draws(page, /plain, cut, 0/);
    // The last but one, newest first.
    await page.$$eval('.thumb', (thumbs) => (thumbs[1] as unknown as { click(): void }).click());
    await waitFor(page, says('facts', new RegExp(`variation ${last} `)));
    await press(page, 'reuse');
    await waitFor(page, `document.querySelector('${byId('subseed')}')?.value === '${last}'`);
    await draws(page, new RegExp(`rng philox, subseed ${last}, subseedStrength 0\\.25.*eta 0\\.8`));
    await unfold(page, 'noise');
    assert.equal(await rows(page), [...['Random numbers: A1111', `Variation: 0.25, seed ${last}`, 'Eta: 0.8']]);
  }));

test('timesteps and the place in a batch, which a picture brings, are said, chosen otherwise and left', () =>
  ready(async ({ page }) => {
    const more = { scheduler: 'euler', steps: 2, timesteps: [999, 500], numImages: 4, only: 2, rng: 'comfy' } as const;
    const { eta: _, ...rest } = request;
    // As the command calls it.
    const by = { model: 'demo', backend: 'wasm' } as const;
    await drop(
      page,
      await picture('third.png', recipeChunks({ ...by, request: { ...rest, ...more, prompt: 'echo' } })),
    );
    await waitFor(page, says('toast', /^Settings taken from third\.png\.(?!.*the model)/));
    await page.waitForSelector(byId('unusual-only'));
    const [numbers, timesteps, batch] = [
      'Random numbers: ComfyUI',
      'Timesteps: 999, 500',
      'Of its batch: picture 3 of 4',
    ];
    assert.equal(await rows(page), [numbers, timesteps, batch]);
    await draws(page, /timesteps 999,500.*only 2/);
    await unfold(page, 'noise');
    await page.waitForSelector(byId('timestep-spacing'));
    assert.is(await fieldOf(page, 'timestep-spacing'), 'given');
    await page.select(byId('timestep-spacing'), 'model');
    await draws(page, /“rng comfy, only 2”/);
    await press(page, 'leave-only');
    await draws(page, /“rng comfy”/);
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
