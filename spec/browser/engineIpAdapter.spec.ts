/** IP-Adapters kept in the browser, with the real engine: pictures are the command's; one of another base is refused, and nothing is lost. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { adapterFile, eyeConfig, eyeFile } from '../../build/fidelityIpAdapter';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { psnr } from '../../models/quantize/quality/psnr';
import { pngBytes } from '../../workers/cli/png';
import { fromRoot } from '../root';
import { begin, commandPicture, draw, ready, same, scratchFolder } from './enginePage';
import { byId, fill } from './page';
import { press, says, unfold, upload, waitFor } from './shelfPage';

const FOLDER = 'dist/spec-engine-ip-adapter';

test.before(() => bundle(FOLDER));

const { unet } = (await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')))).description;
/** For a model whose text encoder is as wide as that of Stable Diffusion 1.5. */
const wide = { ...unet, crossAttentionDim: 768 };

/** Stripes, wider than high or higher than wide. */
const stripes = (width: number, height: number) =>
  pngBytes({
    ...{ width, height },
    pixels: Uint8Array.from({ length: width * height * 3 }, (_, i) => (Math.floor(i / 36) % 2 ? 255 : i % 200)),
  });

test('pictures are drawn like others as on the command, by adapters of two kinds and in a part of the steps; one of another base is refused', async () => {
  const scratch = await scratchFolder();
  const place = async (name: string, bytes: Uint8Array | string): Promise<string> => {
    const path = join(scratch.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    return path;
  };
  await place('image_encoder/config.json', JSON.stringify(eyeConfig()));
  const eye = dirname(await place('image_encoder/model.safetensors', eyeFile()));
  const plain = await place('plain.safetensors', adapterFile('plain', unet));
  const plus = await place('plus.safetensors', adapterFile('plus', unet));
  const [a, b] = [await place('a.png', stripes(96, 48)), await place('b.png', stripes(40, 70))];
  const drawn = { steps: 2, size: [64, 72] } as const;
  const seeing = ['--ip-adapter', `${plain}:0.6`, '--ip-image', a, '--ip-image', b];
  const together = await commandPicture(drawn, ...seeing, '--ip-end', '0.5');
  const two = ['--ip-adapter', `${plain}:0.6`, '--ip-adapter', `${plus}:0.4`, '--ip-image', b, '--ip-image', a];
  const each = await commandPicture(drawn, ...two, '--ip-end', '0.5', '--ip-end', '1');
  await ready(FOLDER, async ({ page }) => {
    const given = (count: number) =>
      waitFor(page, `document.querySelectorAll('${byId('control-given')}').length === ${count}`);
    const kept = (count: number) =>
      waitFor(page, `document.querySelectorAll('${byId('kept-control')}').length === ${count}`);
    await page.evaluate('delete window.showOpenFilePicker; delete window.showDirectoryPicker');
    await unfold(page, 'controls');
    await upload(page, 'first-control', plain);
    await kept(1);
    await upload(page, 'add-encoder-folder', eye);
    await kept(2);
    for (const [i, path] of [a, b].entries()) {
      await upload(page, 'control-file', path);
      await given(i + 1);
    }
    await fill(page, 'control-weight', '0.6');
    await fill(page, 'control-end', '0.5');
    same(await draw(page, drawn), together);

    await page.evaluate(`document.querySelectorAll('${byId('control-leave')}')[0].click()`);
    await given(1);
    await upload(page, 'keep-control', plus);
    await kept(3);
    await press(page, 'add-control');
    await page.evaluate(`(() => {
      const select = document.querySelectorAll('${byId('control-model')}')[1];
      select.value = 'plus';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    })()`);
    const second = (await page.$$(byId('control-file')))[1];
    await (second as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(a);
    await given(2);
    await page.evaluate(`document.querySelectorAll('${byId('control-weight')}')[1].select()`);
    await page.keyboard.type('0.4');
    same(await draw(page, drawn), each);

    await upload(
      page,
      'keep-control',
      await place('xl.safetensors', adapterFile('plain', { ...unet, crossAttentionDim: 2048 })),
    );
    await waitFor(page, says('control-problem', /one for Stable Diffusion XL \(xl\.safetensors\)/));
    // Of a width that may be another model's, kept here one day.
    await upload(page, 'keep-control', await place('wide.safetensors', adapterFile('plain', wide)));
    await kept(4);
    await page.select(byId('control-model'), 'wide');
    const said = /another base than the model in use \(wide: cross_attention_dim of the IP-Adapter: 64.*; found: 768\)/;
    await waitFor(page, says('control-misfit', said));
    await begin(page, drawn);
    await page.waitForSelector(byId('problem'));
    await press(page, 'dismiss');

    await page.select(byId('control-model'), 'plain');
    await waitFor(page, `!document.querySelector('${byId('control-misfit')}')`);
    same(await draw(page, drawn), each);
    await page.evaluate(`for (const one of document.querySelectorAll('${byId('control-on')}')) one.click()`);
    assert.ok(psnr(await draw(page, drawn), each) < 30);
  });
  await scratch.remove();
});

test.run();
