/** Control on the page: models kept, pictures given in every way, what arrives at the engine; taken back out of a picture's file; refused by name. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeSafetensors } from '../../models/safetensorsWriter';
import type { ImageRequest } from '../../workers/api';
import { pngBytes } from '../../workers/cli/png';
import { withChunks } from '../../workers/pictureFile/pngChunks';
import { recipeChunks } from '../../workers/pictureFile/recipe';
import { all, focused, gray, kept, part, place } from './controlPage';
import { byId, fill } from './page';
import {
  count,
  draws,
  drop,
  file,
  isThere,
  press,
  renamed,
  says,
  shelfIn,
  text,
  unfold,
  upload,
  waitFor,
} from './shelfPage';

const ready = shelfIn(test, 'dist/spec-controls');

/** What its names and shapes show; the numbers are the spec's, so that no two are the same file. */
function controlNet(title: string, ...more: ReturnType<typeof part>[]): Uint8Array {
  const rows = (name: string, from: number, to: number) =>
    part(`controlnet_cond_embedding.${name}.weight`, to, from, 3, 3);
  const embedding = [rows('conv_in', 3, 4), rows('blocks.1', 4, 8), rows('blocks.3', 8, 8), rows('blocks.5', 8, 8)];
  return encodeSafetensors([...embedding, ...more], { title });
}
const adapter = encodeSafetensors([part('conv_in.weight', 4, 192, 3, 3), part('body.0.block1.weight', 4, 4, 3, 3)]);
const XL = part('mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight', 4, 2048);

/** The panel unfolded, with a ControlNet. */
async function opened(page: Page): Promise<void> {
  await page.evaluate('delete window.showOpenFilePicker');
  await page.type(byId('prompt'), 'echo');
  await unfold(page, 'controls');
  await upload(page, 'first-control', await place('canny.safetensors', controlNet('canny')));
  await waitFor(page, kept(1));
}

test('two pictures steer, each by its model, its weight and its part; off, removed or deleted they do not', () =>
  ready(async ({ page }) => {
    await opened(page);
    await waitFor(page, says('control-lacks', /^Nothing is followed before a picture is given\.$/));
    await upload(page, 'control-file', await gray('shape.png', 9));
    await page.waitForSelector(byId('control-given'));
    await draws(
      page,
      /plain, cut, 0, {"name":"canny",.*"imageName":"shape\.png","weight":1,"end":1,"start":0} by 16 × 16 of 9”/,
    );

    await press(page, 'control-1-preprocess-canny');
    await page.waitForSelector(byId('control-seen'));
    await fill(page, 'canny-low', '250');
    // The other threshold goes along.
    await waitFor(page, `document.querySelector('${byId('canny-high')}').value === '250'`);
    await fill(page, 'control-weight', '0.5');
    await fill(page, 'control-end', '0.8');
    await upload(page, 'keep-control', await place('depth.safetensors', adapter));
    await waitFor(page, kept(2));
    await press(page, 'add-control');
    await waitFor(page, `document.querySelectorAll('${byId('control')}').length === 2`);
    await page.evaluate(`(() => {
      const select = document.querySelectorAll('${byId('control-model')}')[1];
      select.value = 'depth';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    })()`);
    const second = (await page.$$(byId('control-file')))[1];
    await (second as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(await gray('far.png', 7));
    await waitFor(page, `document.querySelectorAll('${byId('control-given')}').length === 2`);
    // A T2I-adapter has no beginning of its own.
    assert.is(await count(page, 'control-start'), 1);
    await press(page, 'control-guess');
    const canny =
      '"preprocess":{"type":"canny","low":250,"high":250},"weight":0.5,"end":0.8,"start":0} by 16 × 16 of 9';
    const depth = '{"name":"depth",.*"imageName":"far.png","weight":1,"end":1} by 16 × 16 of 7, guessing';
    await draws(page, new RegExp(`${canny}, ${depth}”`));
    assert.match(await text(page, 'controls'), /^Control · 2/);

    await press(page, 'control-on');
    await draws(page, new RegExp(`plain, cut, 0, ${depth}”`));
    await press(page, 'control-on');
    await page.evaluate(`document.querySelectorAll('${byId('remove-control')}')[1].click()`);
    await draws(page, new RegExp(`${canny}, guessing”`));
    // Of the drawing that is on show what steered it is set again.
    await press(page, 'control-on');
    await press(page, 'reuse');
    await draws(page, new RegExp(`${canny}, guessing”`));

    await page.evaluate(`document.querySelectorAll('${byId('rename')}')[0].click()`);
    await page.waitForSelector(byId('name'));
    await fill(page, 'name', 'edges');
    await page.keyboard.press('Enter');
    await waitFor(page, renamed('kept-control', 'edges'));
    await draws(page, /{"name":"edges",/);
    await page.evaluate(`document.querySelectorAll('${byId('delete-control')}')[1].focus()`);
    await page.keyboard.press('Enter');
    await focused(page, 'delete-control-sure');
    await page.keyboard.press('Enter');
    await waitFor(page, kept(1));
    await focused(page, 'delete-control');
    await draws(page, /plain, cut, 0”/);
  }));

test('a picture is dropped on its control, or pasted, or the one on show, and nothing of it is taken for settings', () =>
  ready(async ({ page }) => {
    await opened(page);
    await page.$eval(byId('control-drop'), (zone) => (zone as unknown as { scrollIntoView(): void }).scrollIntoView());
    const box = (await (await page.$(byId('control-drop')))!.boundingBox())!;
    // One that says how it was drawn: dropped elsewhere its settings would be taken.
    const request: ImageRequest = {
      ...{ prompt: 'another', negativePrompt: '', seed: 41, steps: 7, guidanceScale: 3.5, width: 64, height: 80 },
      ...{ scheduler: 'ddim', numImages: 1, guidance: 'auto', memory: 'auto' },
    };
    const bare = pngBytes({ width: 16, height: 16, pixels: new Uint8Array(3 * 256).fill(5) });
    const chunks = recipeChunks({ model: 'Demo', backend: 'wasm', request });
    const dropped = await place('dropped.png', withChunks(bare, chunks));
    const session = await page.createCDPSession();
    const data = {
      items: [{ mimeType: 'image/png', data: '' }],
      ...{ files: [dropped], dragOperationsMask: 1 },
    };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await session.send('Input.dispatchDragEvent', { type, x: box.x + 20, y: box.y + 20, data });
    await page.waitForSelector(byId('control-given'));
    assert.not(await isThere(page, 'drop-veil'));
    await draws(page, /"imageName":"dropped\.png",.* of 5”/);
    assert.not(await isThere(page, 'toast'));

    await press(page, 'control-leave');
    await page.evaluate(`(async () => {
      const canvas = new OffscreenCanvas(4, 4);
      const context = canvas.getContext('2d');
      context.fillStyle = 'rgb(3, 3, 3)';
      context.fillRect(0, 0, 4, 4);
      const files = new DataTransfer();
      files.items.add(new File([await canvas.convertToBlob()], 'pasted.png', { type: 'image/png' }));
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: files, bubbles: true }));
    })()`);
    await page.waitForSelector(byId('control-given'));
    await draws(page, /"imageName":"pasted\.png",.* by 4 × 4 of 3”/);

    await press(page, 'control-shown');
    await draws(page, /"imageName":"echo\.png",.* by (\d+) × \1 of/);
    // What is no picture is said, and the one that was there stays.
    await upload(page, 'control-file', await file('weights.bin'));
    await page.waitForSelector(`${byId('problem')}[data-code="bad-image"]`);
    await draws(page, /"imageName":"echo\.png"/);
  }));

test('dropped on the page, files and folders that steer are kept and said, and each that does not fit is refused by its name', () =>
  ready(async ({ page }) => {
    const folder = dirname(
      await place('pose/config.json', JSON.stringify({ _class_name: 'ControlNetModel' }, null, 2)),
    );
    await writeFile(join(folder, 'diffusion_pytorch_model.safetensors'), controlNet('pose'));
    const big = await place('big.safetensors', controlNet('big', XL));
    await drop(page, await place('line.safetensors', controlNet('line')), folder, big);
    await waitFor(
      page,
      says('toasts', /under “Control”: line\.safetensors, pose\..*one for Stable Diffusion XL \(big\.safetensors\)/),
    );
    await unfold(page, 'controls');
    await waitFor(page, kept(2));
    assert.equal(await all(page, 'kept-control', "textContent.split('ControlNet')[0]"), ['line', 'pose']);
    assert.not(await isThere(page, 'job'));
  }));

test('a picture dropped on the page sets what steered it, and says which of its models and pictures are not here', () =>
  ready(async ({ page }) => {
    await opened(page);
    await upload(page, 'control-file', await gray('shape.png', 9));
    await page.waitForSelector(byId('control-given'));
    const image = { width: 1, height: 1, pixels: new Uint8Array(3) };
    const request: ImageRequest = {
      ...{ prompt: 'echo', negativePrompt: '', seed: 41, steps: 7, guidanceScale: 3.5, width: 64, height: 80 },
      ...{ scheduler: 'ddim', numImages: 1, guidance: 'auto', memory: 'auto', controlGuess: true },
      controls: [
        { name: 'canny', image, imageName: 'shape.png', preprocess: { type: 'canny', low: 5, high: 9 }, weight: 0.3 },
        { name: 'pose', hash: '0123', image, imageName: 'dancer.png' },
      ],
    };
    const chunks = (more: Partial<ImageRequest>) =>
      recipeChunks({ model: 'Demo', backend: 'wasm', request: { ...request, ...more } });
    const bare = pngBytes({ width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) });
    await drop(page, await place('steered.png', withChunks(bare, chunks({}))));
    await waitFor(
      page,
      says('toasts', /Its control models are not here: pose \(0123\)\..*give it under “Control”: dancer\.png\./),
    );
    assert.equal(await all(page, 'control-model', 'value'), ['canny', 'pose']);
    await draws(
      page,
      /"preprocess":{"type":"canny","low":5,"high":9},"weight":0\.3,"end":1,"start":0} by 16 × 16 of 9, guessing”/,
    );
    const { controls: _, controlGuess: __, ...plain } = request;
    await drop(
      page,
      await place('plain.png', withChunks(bare, recipeChunks({ model: 'Demo', backend: 'wasm', request: plain }))),
    );
    await waitFor(page, says('toasts', /plain\.png/));
    await draws(page, /plain, cut, 0”/);
    assert.equal(await all(page, 'control-on', 'checked'), [false, false]);
  }));

test('a drawing that fails, or is canceled, loses nothing of it; on a phone all of it has room, and can be touched', () =>
  ready(
    async ({ page }) => {
      await unfold(page, 'settings');
      await opened(page);
      await upload(page, 'control-file', await gray('wide.png', 9, 64, 16));
      await page.waitForSelector(byId('control-given'));
      assert.match(await text(page, 'control-panel'), /It is stretched to (\d+) × \1\./);
      await press(page, 'control-shape');
      await waitFor(page, `!document.querySelector('${byId('control-shape')}')`);
      await fill(page, 'prompt', 'fail out-of-memory');
      await press(page, 'draw');
      await page.waitForSelector(byId('problem'));
      await fill(page, 'prompt', 'slow');
      await press(page, 'draw');
      await page.waitForSelector(byId('cancel'));
      await press(page, 'cancel');
      await page.waitForSelector(byId('draw'));
      await fill(page, 'prompt', 'echo');
      await draws(page, /"imageName":"wide\.png".* by 64 × 16 of 9”/);
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
      const low = await page.evaluate(
        `[...document.querySelectorAll('${byId('control-panel')} button, ${byId('control-panel')} select, ${byId('control-panel')} label.button, ${byId('control-panel')} .tick-line')].filter((each) => each.getBoundingClientRect().height < 44).map((each) => each.textContent)`,
      );
      assert.equal(low, []);
    },
    { width: 390, height: 844 },
  ));

test.run();
