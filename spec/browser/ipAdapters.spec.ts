/** Pictures to draw like, on the page: IP-Adapters and what sees for them kept, pictures given and taken away, what arrives at the engine, what comes back. */
import { dirname } from 'node:path';
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eyeConfig, eyeFile } from '../../build/fidelityIpAdapter';
import { encodeSafetensors } from '../../models/safetensorsWriter';
import type { ImageRequest } from '../../workers/api';
import { pngBytes } from '../../workers/cli/png';
import { withChunks } from '../../workers/pictureFile/pngChunks';
import { recipeChunks } from '../../workers/pictureFile/recipe';
import { all, focused, gray, kept, part, place } from './controlPage';
import { byId, fill } from './page';
import { count, draws, drop, isThere, press, says, shelfIn, text, unfold, upload, waitFor } from './shelfPage';

const ready = shelfIn(test, 'dist/spec-ip-adapters');

/** What its names and shapes show: one that sees a picture as a whole, `sees` wide, for cross-attentions `width` wide. */
const adapter = (sees = 40, width = 4): Uint8Array =>
  encodeSafetensors([part('image_proj.proj.weight', 4 * width, sees), part('ip_adapter.1.to_k_ip.weight', 8, width)]);

/** A folder with an image encoder, `mark` in its last byte. */
async function eyeFolder(name: string, mark = 0): Promise<string> {
  const bytes = eyeFile();
  bytes[bytes.length - 1] = mark;
  await place(`${name}/config.json`, JSON.stringify(eyeConfig()));
  return dirname(await place(`${name}/model.safetensors`, bytes));
}
const given = (number: number): string => `document.querySelectorAll('${byId('control-given')}').length === ${number}`;

/** The panel unfolded, with an IP-Adapter. */
async function opened(page: Page): Promise<void> {
  await page.evaluate('delete window.showOpenFilePicker; delete window.showDirectoryPicker');
  await page.type(byId('prompt'), 'echo');
  await unfold(page, 'controls');
  await upload(page, 'first-control', await place('plain.safetensors', adapter()));
  await waitFor(page, kept(1));
}

/** The same that sees, and is shown `pictures`. */
async function seeing(page: Page, ...pictures: readonly string[]): Promise<void> {
  await opened(page);
  await upload(page, 'add-encoder-folder', await eyeFolder('image_encoder'));
  await waitFor(page, kept(2));
  for (const [i, picture] of pictures.entries()) {
    await upload(page, 'control-file', picture);
    await waitFor(page, given(i + 1));
  }
}

test('it sees by an encoder of its width, whichever comes, and says what it lacks until then', () =>
  ready(async ({ page }) => {
    await opened(page);
    await waitFor(page, says('control-lacks', /^It sees nothing before its image encoder is here/));
    await upload(page, 'add-encoder', await place('eye.safetensors', eyeFile()));
    await waitFor(
      page,
      says('control-problem', /does not say how it computes \(48 wide with 3 layers\): add its folder/),
    );
    await upload(page, 'add-encoder-folder', await eyeFolder('image_encoder'));
    await waitFor(page, kept(2));
    await waitFor(page, says('control-lacks', /before a picture is given/));
    // What sees for others is no control by itself, nor is one of another width of use.
    const choices = `[...document.querySelectorAll('${byId('control-model')} option')].map((each) => each.value)`;
    assert.equal(await page.evaluate(choices), ['', 'plain']);
    await upload(page, 'keep-control', await place('wider.safetensors', adapter(41)));
    await waitFor(page, kept(3));
    await page.select(byId('control-model'), 'wider');
    await waitFor(page, says('control-lacks', /before its image encoder/));
    await page.select(byId('control-model'), 'plain');
    await upload(page, 'control-file', await gray('a.png', 9));
    await waitFor(page, given(1));
    await draws(
      page,
      /plain, cut, 0, {"name":"plain","hash":"[0-9a-f]{12}","encoder":"image_encoder","imageNames":\["a\.png"\],"scale":1,"start":0,"end":1} like 16 × 16 of 9”/,
    );
    assert.is(await count(page, 'control-encoder'), 0);
    await upload(page, 'keep-control-folder', await eyeFolder('other', 1));
    await page.waitForSelector(byId('control-encoder'));
    await page.select(byId('control-encoder'), 'other');
    await draws(page, /"encoder":"other"/);
    await page.evaluate(`document.querySelectorAll('${byId('delete-control')}')[1].click()`);
    await press(page, 'delete-control-sure');
    await waitFor(page, kept(3));
    await draws(page, /"encoder":"image_encoder"/);
  }));

test('several pictures are seen together, each taken away by itself; weighed, in a part of the steps, off, and set again', () =>
  ready(async ({ page }) => {
    await seeing(page, await gray('a.png', 9), await gray('b.png', 7));
    assert.is(await count(page, 'control-1-preprocess-canny'), 0);
    await fill(page, 'control-weight', '0.5');
    await fill(page, 'control-start', '0.2');
    await fill(page, 'control-end', '0.8');
    const how = '"scale":0.5,"start":0.2,"end":0.8} like';
    await draws(page, new RegExp(`"imageNames":\\["a.png","b.png"\\],${how} 16 × 16 of 9 and 16 × 16 of 7”`));
    assert.match(await text(page, 'controls'), /^Control · 1/);
    await page.evaluate(`(async () => {
      const canvas = new OffscreenCanvas(4, 4);
      const context = canvas.getContext('2d');
      context.fillStyle = 'rgb(3, 3, 3)';
      context.fillRect(0, 0, 4, 4);
      const files = new DataTransfer();
      files.items.add(new File([await canvas.convertToBlob()], 'pasted.png', { type: 'image/png' }));
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: files, bubbles: true }));
    })()`);
    await waitFor(page, given(3));
    await page.evaluate(`document.querySelectorAll('${byId('control-leave')}')[0].focus()`);
    assert.equal(
      await all(page, 'control-leave', 'ariaLabel'),
      ['a.png', 'b.png', 'pasted.png'].map((each) => `Remove ${each}`),
    );
    await page.keyboard.press('Enter');
    await waitFor(page, given(2));
    await focused(page, 'control-leave');
    await draws(page, new RegExp(`\\["b.png","pasted.png"\\],${how} 16 × 16 of 7 and 4 × 4 of 3”`));
    await press(page, 'control-on');
    await draws(page, /plain, cut, 0”/);
    await press(page, 'control-on');
    await draws(page, /"b.png","pasted.png"/);
    await press(page, 'control-on');
    await press(page, 'reuse');
    await draws(page, new RegExp(`\\["b.png","pasted.png"\\],${how} 16 × 16 of 7 and 4 × 4 of 3”`));
    // Both at once, before anything is painted; then the focus goes to what gives one.
    await page.evaluate(`(async () => {
      for (const left of [1, 0]) {
        const leave = document.querySelectorAll('${byId('control-leave')}')[0];
        leave.focus();
        leave.click();
        for (let i = 0; document.querySelectorAll('${byId('control-given')}').length > left; i++) {
          if (i === 1000) throw new Error('it is not gone by what comes before a paint');
          await i;
        }
      }
    })()`);
    await focused(page, 'control-file');
    await draws(page, /plain, cut, 0”/);
  }));

test('dropped on the page, adapters and encoders are kept and said, and what does not fit is refused by its name', () =>
  ready(async ({ page }) => {
    const folder = await eyeFolder('image_encoder');
    const xl = await place('xl.safetensors', adapter(40, 2048));
    const face = encodeSafetensors([
      part('image_proj.perceiver_resampler.x', 1),
      part('ip_adapter.1.to_k_ip.weight', 8, 4),
    ]);
    await drop(page, await place('plain.safetensors', adapter()), folder, xl, await place('face.safetensors', face));
    await waitFor(page, says('toasts', /under “Control”: plain\.safetensors, image_encoder\./));
    const said = await text(page, 'toasts');
    assert.match(said, /one for Stable Diffusion XL \(xl\.safetensors\)/);
    assert.match(said, /one for FaceID, which sees what InsightFace finds in them \(face\.safetensors\)/);
    await unfold(page, 'controls');
    await waitFor(page, kept(2));
    assert.equal(await all(page, 'kept-control', "querySelector('small').textContent.split(' · ')[0]"), [
      'Image encoder',
      'IP-Adapter',
    ]);
    assert.is(await count(page, 'job'), 0);
  }));

test('a picture dropped on the page sets what it was to be like, and says which pictures and models are not here', () =>
  ready(async ({ page }) => {
    await seeing(page, await gray('a.png', 9));
    const image = { width: 1, height: 1, pixels: new Uint8Array(3) };
    const request: ImageRequest = {
      ...{ prompt: 'echo', negativePrompt: '', seed: 41, steps: 7, guidanceScale: 3.5, width: 64, height: 80 },
      ...{ scheduler: 'ddim', numImages: 1, guidance: 'auto', memory: 'auto' },
      ipAdapters: [
        { name: 'plain', images: [image, image], imageNames: ['a.png', 'b.png'], encoder: 'eye', scale: 0.3, end: 0.6 },
        { name: 'plus-face', hash: '0123', images: [image], imageNames: ['me.png'] },
      ],
    };
    const bare = pngBytes({ width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) });
    const chunks = recipeChunks({ model: 'Demo', backend: 'wasm', request });
    await drop(page, await place('alike.png', withChunks(bare, chunks)));
    await waitFor(
      page,
      says(
        'toasts',
        /Its control models are not here: plus-face \(0123\)\..*give it under “Control”: b\.png, me\.png\./,
      ),
    );
    assert.equal(await all(page, 'control-model', 'value'), ['plain', 'plus-face']);
    assert.match(await text(page, 'control-drop'), /to be given once more: b\.png\./);
    // As the encoder’s name is not here, the one that could see does.
    const how = '"encoder":"image_encoder","imageNames":';
    await draws(page, new RegExp(`${how}\\["a.png"\\],"scale":0.3,"start":0,"end":0.6} like 16 × 16 of 9”`));
    await upload(page, 'control-file', await gray('b.png', 7));
    await waitFor(page, given(2));
    assert.not.match(await text(page, 'control-drop'), /once more/);
    await draws(
      page,
      new RegExp(`${how}\\["a.png","b.png"\\],"scale":0.3,"start":0,"end":0.6} like .* of 9 and .* of 7”`),
    );
  }));

/** Of what is painted on, the left or the right half, with the widest brush. */
async function paintHalf(page: Page, half: 'left' | 'right', touch: boolean): Promise<void> {
  await page.evaluate(`document.querySelector('${byId('where-mask')}').scrollIntoView({ block: 'center' })`);
  const { x, y, width, height } = (await (await page.$(byId('where-mask')))!.boundingBox())!;
  const at = x + width * (half === 'left' ? 0.15 : 0.85);
  const [from, to] = [y + 2, y + height - 2];
  if (touch) {
    await page.touchscreen.touchStart(at, from);
    await page.touchscreen.touchMove(at, to);
    await page.touchscreen.touchEnd();
    return;
  }
  await page.mouse.move(at, from);
  await page.mouse.down();
  await page.mouse.move(at, to);
  await page.mouse.up();
}
const where = (page: Page, at: number) => page.evaluate(`document.querySelectorAll('${byId('where')}')[${at}].click()`);

test('where each picture counts is painted, shown small, taken away, and set again with its picture', () =>
  ready(async ({ page }) => {
    await seeing(page, await gray('a.png', 9), await gray('b.png', 7));
    assert.equal(await all(page, 'where', 'textContent'), ['Everywhere', 'Everywhere']);
    await where(page, 1);
    await page.waitForSelector(byId('where-mask'));
    assert.not(await isThere(page, 'clear-where'));
    await fill(page, 'where-brush', '30');
    await paintHalf(page, 'right', false);
    await page.waitForSelector(byId('where-thumbnail'));
    assert.equal(await all(page, 'where', 'ariaLabel'), [
      'Where a.png counts: everywhere',
      'Where b.png counts: where painted',
    ]);
    // White all over for the one that counts everywhere; the brush reaches a little over the middle or not to it.
    const right =
      /"maskNames":\["","painted for b\.png"\].* within 8 × 8 white 100:100 and 256 × 256 white 0:(8\d|9\d)”/;
    await draws(page, right);
    // Painted once more when it is unfolded anew, with what was there.
    await where(page, 1);
    await waitFor(page, `!document.querySelector('${byId('where-mask')}')`);
    await where(page, 1);
    await page.waitForSelector(byId('where-mask'));
    await fill(page, 'where-brush', '30');
    await paintHalf(page, 'left', false);
    await draws(page, /and 256 × 256 white (8\d|9\d):(8\d|9\d)”/);
    await press(page, 'clear-where');
    await waitFor(page, `!document.querySelector('${byId('where-thumbnail')}')`);
    await draws(
      page,
      /"imageNames":\["a.png","b.png"\],"scale":1,"start":0,"end":1} like 16 × 16 of 9 and 16 × 16 of 7”/,
    );
    // The first picture's settings bring its paint back.
    await page.evaluate(`document.querySelector('${byId('gallery')} li:last-child button').click()`);
    await press(page, 'reuse');
    await page.waitForSelector(byId('where-thumbnail'));
    await draws(page, right);
    // It goes with its picture.
    await page.evaluate(`document.querySelectorAll('${byId('control-leave')}')[1].click()`);
    await waitFor(page, given(1));
    await draws(page, /"imageNames":\["a.png"\],"scale":1,"start":0,"end":1} like 16 × 16 of 9”/);
  }));

test('it is painted by keys, too', () =>
  ready(async ({ page }) => {
    await seeing(page, await gray('a.png', 9));
    await where(page, 0);
    await page.focus(byId('where-mask'));
    await page.keyboard.press('Space');
    await page.waitForSelector(byId('where-thumbnail'));
    // A disc of a tenth of the side in the middle: π percent of the whole, half of it on either side.
    await draws(page, /within 256 × 256 white 3:3”/);
    await page.focus(byId('where-mask'));
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('ArrowRight');
    await page.keyboard.down('Shift');
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.up('Shift');
    // And 0.2 · 0.3 of the whole and a disc, all on the right.
    await draws(page, /within 256 × 256 white 3:2[0-3]”/);
  }));

test('a picture’s file says that where its pictures counted was painted, and what is painted here already stays', () =>
  ready(async ({ page }) => {
    await seeing(page, await gray('a.png', 9));
    await where(page, 0);
    await page.focus(byId('where-mask'));
    await page.keyboard.press('Space');
    await page.waitForSelector(byId('where-thumbnail'));
    const image = { width: 1, height: 1, pixels: new Uint8Array(3) };
    const masks = { masks: [image, image], maskNames: ['left.png', 'right.png'] };
    const request: ImageRequest = {
      ...{ prompt: 'echo', negativePrompt: '', seed: 41, steps: 7, guidanceScale: 3.5, width: 64, height: 80 },
      ...{ scheduler: 'ddim', numImages: 1, guidance: 'auto', memory: 'auto' },
      ipAdapters: [{ name: 'plain', images: [image, image], imageNames: ['a.png', 'b.png'], ...masks }],
    };
    const bare = pngBytes({ width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) });
    const chunks = recipeChunks({ model: 'Demo', backend: 'wasm', request });
    // Else it would be let go above the control, and be a picture of that.
    await page.evaluate('scrollTo(0, 0)');
    await drop(page, await place('masked.png', withChunks(bare, chunks)));
    await waitFor(page, says('toasts', /does not say where these count: paint that under “Control”: b\.png\./));
    await draws(page, /within 256 × 256 white 3:3”/);
  }));

test('on a phone it is painted with a finger, which does not scroll', () =>
  ready(
    async ({ page }) => {
      await unfold(page, 'settings');
      await seeing(page, await gray('a.png', 9));
      await where(page, 0);
      await page.waitForSelector(byId('where-mask'));
      await fill(page, 'where-brush', '30');
      await page.evaluate(`document.querySelector('${byId('where-mask')}').scrollIntoView({ block: 'center' })`);
      const before = (await (await page.$(byId('where-mask')))!.boundingBox())!.y;
      await paintHalf(page, 'left', true);
      await page.waitForSelector(byId('where-thumbnail'));
      assert.is((await (await page.$(byId('where-mask')))!.boundingBox())!.y, before);
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
      await draws(page, /within 256 × 256 white (8\d|9\d):0”/);
    },
    { width: 390, height: 844 },
  ));

test('on a phone all of it has room, and can be touched', () =>
  ready(
    async ({ page }) => {
      await unfold(page, 'settings');
      await seeing(page, ...(await Promise.all([9, 7, 5, 3].map((value) => gray(`${value}.png`, value)))));
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
      const low = await page.evaluate(
        `[...document.querySelectorAll('${byId('control-panel')} button, ${byId('control-panel')} select, ${byId('control-panel')} label.button, ${byId('control-panel')} .tick-line')].filter((each) => each.getBoundingClientRect().height < 44).map((each) => each.textContent)`,
      );
      assert.equal(low, []);
    },
    { width: 390, height: 844 },
  ));

test.run();
