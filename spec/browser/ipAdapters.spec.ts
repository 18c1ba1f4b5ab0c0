/** Pictures to draw like, on the page: IP-Adapters and what sees for them kept, pictures given and taken away, what arrives at the engine, what comes back. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eyeFile } from '../../build/fidelityIpAdapter';
import { encodeSafetensors } from '../../models/safetensorsWriter';
import type { ImageRequest } from '../../workers/api';
import { pngBytes } from '../../workers/cli/png';
import { withChunks } from '../../workers/pictureFile/pngChunks';
import { recipeChunks } from '../../workers/pictureFile/recipe';
import { all, focused, gray, kept, part, place } from './controlPage';
import { adapter, eyeFolder, given, opened, seeing } from './ipAdapterPage';
import { byId, fill } from './page';
import { count, draws, drop, press, says, shelfIn, text, unfold, upload, waitFor } from './shelfPage';

const ready = shelfIn(test, 'dist/spec-ip-adapters');

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
