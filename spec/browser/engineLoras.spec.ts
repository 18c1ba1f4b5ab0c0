/** LoRAs kept in the browser, with the real engine: the picture is the command's, with them and without, also after another visit. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { fileSource } from '../../models/folder.node';
import { psnr } from '../../models/quantize/quality/psnr';
import { openSafetensors } from '../../models/safetensors';
import { fromRoot } from '../root';
import { commandPicture, draw, ready, same, scratchFolder } from './enginePage';
import { byId, fill } from './page';
import { press, unfold, upload } from './shelfPage';

const FOLDER = 'dist/spec-engine-loras';

test.before(() => bundle(FOLDER));

test('a LoRA is switched on, weighed and off again between pictures; it is there in the next visit', async () => {
  const scratch = await scratchFolder();
  const file = join(scratch.path, 'kohya.safetensors');
  const vectors = await openSafetensors(await fileSource(fromRoot('spec/vectors/fidelity-loras.safetensors')));
  await writeFile(file, await vectors.read('lora-kohya'));
  const drawn = { steps: 3, size: [64, 72] } as const;
  const plain = await commandPicture(drawn);
  const whole = await commandPicture(drawn, '--lora', file);
  const second = await commandPicture(drawn, '--lora', file, '--seed', '2');
  const part = await commandPicture(drawn, '--lora', `${file}:-0.5`);
  assert.ok(psnr(plain, whole) < 30 && psnr(plain, part) < 30);
  await ready(FOLDER, async ({ page }) => {
    same(await draw(page, drawn), plain);
    await unfold(page, 'loras');
    await upload(page, 'keep-lora', file);
    await page.waitForSelector(byId('kept-lora'));
    same(await draw(page, drawn), whole);
    // The second of two is drawn with the weights that were changed for the first.
    await fill(page, 'num-images', '2');
    same(await draw(page, drawn), second);
    await fill(page, 'num-images', '1');
    await fill(page, 'kept-lora-weight', '-0.5');
    same(await draw(page, drawn), part);
    await page.reload();
    await unfold(page, 'loras');
    await page.waitForSelector(byId('kept-lora'));
    same(await draw(page, drawn), part);
    await press(page, 'use-lora');
    same(await draw(page, drawn), plain);
  });
  await scratch.remove();
});

test.run();
