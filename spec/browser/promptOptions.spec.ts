/** How words are read, as a person chooses it on the page: what arrives at the engine (`echo` of fakeEngine.worker.ts). */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { byId } from './page';
import { draws, file, isThere, press, says, shelfIn, unfold, upload, waitFor } from './shelfPage';

const ready = shelfIn(test, 'dist/spec-prompt-options');

test('style, long prompts, layers and embeddings go with the words; all but the files stay for the next visit', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo');
    await draws(page, /“plain, cut, 0”/);

    await unfold(page, 'prompt-options');
    await page.waitForSelector(byId('prompt-style-a1111'));
    await press(page, 'prompt-style-a1111');
    await page.$eval(byId('clip-skip'), (field) => (field as unknown as { select(): void }).select());
    await page.type(byId('clip-skip'), '1');
    await upload(page, 'add-embedding', await file('EasyNegative.safetensors'));
    await upload(page, 'add-embedding', await file('sub/easynegative.safetensors'));
    await upload(page, 'add-embedding', await file('hands.v2.safetensors'));
    await waitFor(page, `document.querySelectorAll('${byId('embedding')}').length === 2`);
    await draws(page, /“a1111, chunks, 1, hands\.v2 of 7 bytes, easynegative of 7 bytes”/);

    await press(page, 'remove-embedding');
    await press(page, 'remove-embedding');
    await press(page, 'reuse');
    await waitFor(page, `document.querySelectorAll('${byId('embedding')}').length === 2`);
    await press(page, 'remove-embedding');
    await press(page, 'long-prompts-cut');
    await draws(page, /“a1111, cut, 1, easynegative of 7 bytes”/);

    await page.reload();
    await page.waitForSelector(byId('model'));
    assert.not(await isThere(page, 'embedding'));
    await draws(page, /“a1111, cut, 1”/);
  }));

test('words that seem to be meant otherwise than they were read are said, with the way to read them so', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'echo (sun:1.3)');
    await page.click(byId('draw'));
    await page.waitForSelector(byId('save'));
    await press(page, 'read-styled');
    await waitFor(page, `!document.querySelector('${byId('read-styled')}')`);
    await page.waitForSelector(byId('draw'));
    await page.click(byId('draw'));
    await waitFor(page, says('cut', /“a1111, chunks, 0”/));
    assert.not(await isThere(page, 'read-styled'));
  }));

test.run();
