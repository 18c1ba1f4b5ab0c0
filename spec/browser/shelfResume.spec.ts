/** The shelf with an engine that computes nothing: what an earlier visit left goes on with one press, or says what is missing. */
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { byId } from './page';
import {
  addAddress,
  chosen,
  count,
  file,
  isThere,
  phase,
  press,
  says,
  shelfIn,
  text,
  unfold,
  upload,
  waitFor,
} from './shelfPage';

const ready = shelfIn(test, 'dist/spec-shelf-resume');

/**
 * The page anew, with the browser's dialogs put aside: the next file that is asked for is `name`, out of the origin's own files. Their
 * handles are real ones, which can be kept; what they answer when asked for permission is in `localStorage`.
 */
async function withoutDialogs(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(`
    const own = async (name) => {
      const folder = await navigator.storage.getDirectory();
      const handle = await folder.getFileHandle(name, { create: true });
      return handle;
    };
    globalThis.showOpenFilePicker = async () => {
      const { next } = localStorage;
      if (!next) throw new DOMException('nothing was chosen', 'AbortError');
      return [await own(next)];
    };
    globalThis.showDirectoryPicker = async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(localStorage.next, { create: true });
      await folder.getFileHandle('model_index.json', { create: true });
      return folder;
    };
    FileSystemHandle.prototype.requestPermission = async function () {
      localStorage.asked = (localStorage.asked ?? '') + this.name + ' ';
      return localStorage.answer ?? 'granted';
    };
  `);
  await page.reload();
  await page.waitForSelector(byId('model'));
}

async function choose(page: Page, id: string, name: string): Promise<void> {
  await page.evaluate(`localStorage.next = ${JSON.stringify(name)}`);
  await press(page, id);
}

/** Begins an import that is far from its end, and leaves. */
async function leaveHalfway(page: Page): Promise<void> {
  await waitFor(page, `Number(document.querySelector('${byId('job')} ${byId('progress')}')?.ariaValueNow) >= 30`);
  await page.reload();
  await page.waitForSelector(byId('interrupted'));
}

test('an import with its LoRA goes on with one press where the browser keeps handles of its files', () =>
  ready(async ({ page }) => {
    await withoutDialogs(page);
    await unfold(page, 'open-options');
    await choose(page, 'add-lora', 'paint.safetensors');
    await page.waitForSelector(byId('lora'));
    await press(page, 'weights-int8');
    await choose(page, 'open-file', ''); // Thought better of it.
    await choose(page, 'open-file', 'dreamy.safetensors');
    await leaveHalfway(page);
    assert.match(
      await text(page, 'interrupted'),
      /^dreamyInterrupted: .* are converted\. With paint\.safetensors × 1\./,
    );
    assert.not(await isThere(page, 'resume-file'));
    await press(page, 'resume');
    await page.waitForSelector(phase('converting'));
    await waitFor(page, chosen('dreamy + paint.safetensors × 1'));
    assert.is(await page.evaluate('localStorage.asked'), 'dreamy.safetensors paint.safetensors ');
    assert.not(await isThere(page, 'interrupted'));
    await page.evaluate(`[...document.querySelectorAll('${byId('about')}')].at(-1).click()`);
    await waitFor(page, `[...document.querySelectorAll('dd')].some((fact) => fact.textContent === '8-bit')`);
  }));

test('a folder goes on as a file does', () =>
  ready(async ({ page }) => {
    await withoutDialogs(page);
    await choose(page, 'import', 'painted');
    await leaveHalfway(page);
    await press(page, 'resume');
    await waitFor(page, chosen('painted'));
  }));

test('where the browser is told no, or the file is gone, it says which file to choose, and takes it', () =>
  ready(async ({ page }) => {
    await withoutDialogs(page);
    await unfold(page, 'open-options');
    await choose(page, 'add-lora', 'paint.safetensors');
    await page.waitForSelector(byId('lora'));
    await choose(page, 'open-file', 'dreamy.safetensors');
    await leaveHalfway(page);
    await page.evaluate(`localStorage.answer = 'denied'`);
    await press(page, 'resume');
    await page.waitForSelector(byId('resume-file'));
    assert.match(
      await text(page, 'interrupted'),
      /To go on there, choose dreamy\.safetensors again, after paint\.safetensors × 1 under “Options for opening”\./,
    );
    await page.evaluate(`delete localStorage.answer`);
    await page.reload();
    await page.waitForSelector(byId('interrupted'));
    await page.evaluate(`navigator.storage.getDirectory().then((folder) => folder.removeEntry('dreamy.safetensors'))`);
    await press(page, 'resume');
    await page.waitForSelector(byId('resume-file'));
    await upload(page, 'resume-file', await file('dreamy.safetensors'));
    await waitFor(page, chosen('dreamy'));
  }));

test('without handles it says which file to choose again', () =>
  ready(async ({ page }) => {
    await upload(page, 'open-file', await file('plain.safetensors'));
    await leaveHalfway(page);
    assert.match(
      await text(page, 'interrupted'),
      /^plainInterrupted: .* are converted\. To go on there, choose plain\.safetensors again\./,
    );
    assert.not(await isThere(page, 'resume'));
  }));

test('a dropped file goes on by its handle', () =>
  ready(async ({ page }) => {
    const session = await page.createCDPSession();
    const data = { items: [], files: [await file('dropped.safetensors')], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, x: 100, y: 100, data });
    }
    await leaveHalfway(page);
    assert.ok(await isThere(page, 'resume'));
  }));

test('a download goes on with what it was begun with, and says so; converting it is one thing, not two', () =>
  ready(async ({ page }) => {
    await unfold(page, 'open-options');
    await upload(page, 'add-lora', await file('paint.safetensors'));
    await page.waitForSelector(byId('lora'));
    await addAddress(page, 'https://example.org/deep.safetensors');
    await waitFor(page, says('job', /Converting/));
    await page.reload();
    await page.waitForSelector(byId('interrupted'));
    assert.is(await count(page, 'interrupted'), 1);
    assert.match(await text(page, 'interrupted'), /are here\. With paint\.safetensors × 1\./);
    await press(page, 'resume');
    await waitFor(page, chosen('deep + paint.safetensors × 1'));
  }));

test.run();
