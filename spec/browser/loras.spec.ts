/** LoRAs on the page: kept, chosen for a picture, weighed, renamed, deleted; taken back out of a picture's file; refused by name. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeSafetensors } from '../../models/safetensorsWriter';
import type { ImageRequest } from '../../workers/api';
import { pngBytes } from '../../workers/cli/png';
import { withChunks } from '../../workers/pictureFile/pngChunks';
import { recipeChunks } from '../../workers/pictureFile/recipe';
import { byId } from './page';
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

const ready = shelfIn(test, 'dist/spec-loras');

async function lora(name: string, value: number, metadata?: Record<string, string>): Promise<string> {
  const path = await file(name);
  await writeFile(path, encodedLora(value, metadata));
  return path;
}

function encodedLora(value: number, metadata?: Record<string, string>): Uint8Array {
  const part = (key: string, shape: number[]) => ({
    ...({ name: `lora_unet_mid_block_attentions_0_proj_in.${key}.weight`, dtype: 'F32', shape } as const),
    data: new Uint8Array(new Float32Array(shape[0]! * shape[1]!).fill(value).buffer),
  });
  return encodeSafetensors([part('lora_down', [1, 4]), part('lora_up', [4, 1])], metadata);
}

const kept = (number: number): string => `document.querySelectorAll('${byId('kept-lora')}').length === ${number}`;

test('a LoRA is kept, drawn with by its weight, left, renamed and deleted; what is chosen stays for the next visit', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo');
    await unfold(page, 'loras');
    await upload(page, 'keep-lora', await lora('ink wash.safetensors', 1));
    await waitFor(page, kept(1));
    await upload(page, 'keep-lora', await lora('clay.safetensors', 2));
    await waitFor(page, kept(2));
    await draws(page, /“plain, cut, 0, ink wash × 1, clay × 1”/);

    // The first by name is clay.
    await page.$eval(byId('kept-lora-weight'), (field) => (field as unknown as { select(): void }).select());
    await page.type(byId('kept-lora-weight'), '-0.5');
    await draws(page, /ink wash × 1, clay × -0\.5”/);
    await press(page, 'use-lora');
    await draws(page, /“plain, cut, 0, ink wash × 1”/);

    await page.evaluate(`[...document.querySelectorAll('${byId('rename')}')].at(-1).click()`);
    await page.waitForSelector(byId('name'));
    await page.type(byId('name'), 'water');
    await page.keyboard.press('Enter');
    await waitFor(page, renamed('kept-lora', 'water'));
    await draws(page, /“plain, cut, 0, water × 1”/);

    await page.evaluate(`[...document.querySelectorAll('${byId('delete-lora')}')].at(-1).click()`);
    await page.waitForSelector(byId('delete-lora-sure'));
    await press(page, 'delete-lora-sure');
    await waitFor(page, kept(1));
    await draws(page, /“plain, cut, 0”/);

    await press(page, 'use-lora');
    await page.reload();
    await page.waitForSelector(byId('model'));
    await unfold(page, 'loras');
    // Another engine, that keeps nothing: what was chosen and is gone is said, and left by a press.
    await page.waitForSelector(byId('lora-gone'));
    assert.is(await text(page, 'lora-gone'), 'clay is not kept here any more.');
    await press(page, 'leave-lora');
    await waitFor(page, `!document.querySelector('${byId('lora-gone')}')`);
    await draws(page, /“plain, cut, 0”/);
  }));

test('one for another model, and what is none, are refused in words, and nothing is kept', () =>
  ready(async ({ page }) => {
    await unfold(page, 'loras');
    await upload(page, 'keep-lora', await lora('big.safetensors', 1, { ss_base_model_version: 'sdxl_base_v1-0' }));
    await waitFor(
      page,
      says('lora-problem', /This LoRA cannot be used here.*one for Stable Diffusion XL \(big\.safetensors\)/),
    );
    await upload(page, 'keep-lora', await file('none.safetensors'));
    await waitFor(page, says('lora-problem', /none\.safetensors/));
    assert.is(await count(page, 'kept-lora'), 0);
  }));

test('dropped on the page it is kept and said; a model that is dropped is opened as ever', () =>
  ready(async ({ page }) => {
    await drop(page, await lora('dropped.safetensors', 3));
    await waitFor(page, says('toasts', /drawn with from now on: dropped\.safetensors/));
    await unfold(page, 'loras');
    await waitFor(page, kept(1));
    assert.not(await isThere(page, 'problem'));
  }));

test('of several that are dropped those that fit are kept, and each that does not is refused by its name', () =>
  ready(async ({ page }) => {
    const xl = { ss_base_model_version: 'sdxl_base_v1-0' };
    await drop(
      page,
      await lora('big.safetensors', 1, xl),
      await lora('good.safetensors', 4),
      await lora('huge.safetensors', 2, xl),
    );
    await waitFor(
      page,
      says('toasts', /drawn with from now on: good\.safetensors.*\(big\.safetensors\).*\(huge\.safetensors\)/),
    );
    await unfold(page, 'loras');
    await waitFor(page, kept(1));
  }));

test('Escape keeps a LoRA and leaves the focus on its button; after deleting it is on the next, then on what adds one', () =>
  ready(async ({ page }) => {
    await unfold(page, 'loras');
    for (const [i, name] of ['a', 'b', 'c'].entries()) {
      await upload(page, 'keep-lora', await lora(`${name}.safetensors`, i + 1));
      await waitFor(page, kept(i + 1));
    }
    const focused = (name: string) =>
      waitFor(
        page,
        `(({ dataset, ariaLabel }) => ariaLabel ?? dataset.testid)(document.activeElement) === ${JSON.stringify(name)}`,
      );
    await page.evaluate(`document.querySelectorAll('${byId('delete-lora')}')[1].focus()`);
    await page.keyboard.press('Enter');
    await page.waitForSelector(byId('delete-lora-sure'));
    await focused('delete-lora-sure');
    await page.keyboard.press('Escape');
    await waitFor(page, `!document.querySelector('${byId('delete-lora-sure')}')`);
    await focused('Delete b');
    assert.is(await count(page, 'kept-lora'), 3);
    for (const [left, next] of [
      [2, 'Delete c'],
      [1, 'Delete a'],
      [0, 'keep-lora'],
    ] as const) {
      await page.keyboard.press('Enter');
      await focused('delete-lora-sure');
      await page.keyboard.press('Enter');
      await waitFor(page, kept(left));
      await focused(next);
    }
  }));

test('parts of a LoRA that no layer answers to are said when it is drawn with, once', () =>
  ready(async ({ page }) => {
    await unfold(page, 'loras');
    await upload(page, 'keep-lora', await lora('half.safetensors', 1));
    await waitFor(page, kept(1));
    await page.click(byId('draw'));
    await waitFor(page, says('ignored', /half: lora_te2_x/));
    await page.waitForSelector(byId('save'));
    await press(page, 'ignored-away');
    await waitFor(page, `!document.querySelector('${byId('ignored')}')`);
    await page.click(byId('draw'));
    await waitFor(page, `document.querySelectorAll('.thumb').length === 2`);
    assert.not(await isThere(page, 'ignored'));
  }));

test('a picture dropped on the page brings the LoRAs that drew it, by name or by hash, and says which are not here', () =>
  ready(async ({ page }) => {
    await unfold(page, 'loras');
    await upload(page, 'keep-lora', await lora('clay.safetensors', 2));
    await waitFor(page, kept(1));
    await press(page, 'use-lora');
    const bytes = encodedLora(2);
    const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const hash = createHash('sha256').update(bytes.subarray(header)).digest('hex').slice(0, 12);
    const request: ImageRequest = {
      ...{ prompt: 'echo', negativePrompt: '', seed: 41, steps: 7, guidanceScale: 3.5, width: 64, height: 80 },
      ...{ scheduler: 'ddim', numImages: 1, guidance: 'auto', memory: 'auto' },
      loras: [
        { name: 'mud', weight: 0.25 },
        { name: 'gone', weight: 1 },
      ],
    };
    const by = { model: 'Demo', backend: 'wasm', request, loraHashes: { mud: hash, gone: '0123456789ab' } } as const;
    const path = await file('with-loras.png');
    const bare = pngBytes({ width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) });
    await writeFile(path, withChunks(bare, recipeChunks(by)));
    await drop(page, path);
    await waitFor(page, says('toasts', /Its LoRAs are not here: gone \(0123456789ab\)/));
    assert.not(await page.evaluate(says('toasts', /are others here/)));
    await page.click(byId('draw'));
    await waitFor(page, says('cut', /“plain, cut, 0, clay × 0\.25”/));

    const other = {
      ...by,
      request: { ...request, loras: [{ name: 'clay', weight: 1 }] },
      loraHashes: { clay: '0123456789ab' },
    };
    const second = await file('other.png');
    await writeFile(second, withChunks(bare, recipeChunks(other)));
    await drop(page, second);
    await waitFor(page, says('toasts', /LoRAs of these names are others here: clay\./));
  }));

test.run();
