/** The shelf with an engine that computes nothing (`fakeShelf.ts`): models opened, checked, taken out, let go. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { byId } from './page';
import {
  aboutLast,
  chosen,
  count,
  file,
  isThere,
  openModel,
  phase,
  press,
  says,
  shelfIn,
  text,
  unfold,
  upload,
  waitFor,
} from './shelfPage';

const ready = shelfIn(test, 'dist/spec-shelf');

test('a file is opened: progress with time left, then it is on the shelf, in use, and said', () =>
  ready(async ({ page }) => {
    await upload(page, 'open-file', await file('dreamy.safetensors'));
    await page.waitForSelector(phase('converting'));
    await waitFor(page, says('job', /^dreamy\.safetensorsConvertingabout \d+ seconds? left$/));
    await waitFor(page, chosen('dreamy'));
    assert.match(await text(page, 'toasts'), /^dreamy is ready and in use\./);
    assert.not(await isThere(page, 'job'));
    assert.match(
      await page.$eval(byId('settings'), (element) => (element as { textContent: string }).textContent),
      /512 × 512/,
    );
  }));

test('two at once, and either can be stopped without the other', () =>
  ready(async ({ page }) => {
    await upload(page, 'open-file', await file('first.safetensors'));
    await upload(page, 'import', join(await file('second/model_index.json'), '..'));
    await waitFor(page, `document.querySelectorAll('${phase('converting')}').length === 2`);
    await press(page, 'cancel-import');
    await waitFor(page, chosen('second'));
    assert.is(await count(page, 'model'), 2);
    assert.not(await isThere(page, 'problem'));
    assert.not(await isThere(page, 'interrupted'));
  }));

test('a model opened with a LoRA, another VAE and another prediction gets them; the next one does not', () =>
  ready(async ({ page }) => {
    await unfold(page, 'open-options');
    await upload(page, 'add-lora', await file('paint.safetensors'));
    await upload(page, 'add-lora', await file('unwanted.safetensors'));
    await page.waitForSelector(`${byId('lora')}:nth-of-type(2)`);
    await page.$eval(byId('lora-weight'), (field) => (field as unknown as { select(): void }).select());
    await page.type(byId('lora-weight'), '0.65');
    await page.evaluate(`[...document.querySelectorAll('${byId('remove-lora')}')].at(-1).click()`);
    await upload(page, 'choose-vae', await file('better.safetensors'));
    assert.is(await text(page, 'vae-name'), 'better.safetensors');
    await press(page, 'prediction-v_prediction');
    await openModel(page, 'plain');
    assert.match(
      await page.$eval(`${byId('model')}[data-chosen="true"]`, (card) => (card as { textContent: string }).textContent),
      /^plain \+ paint\.safetensors × 0\.65, better\.safetensors, v_prediction/,
    );
    assert.not(await isThere(page, 'lora'));
    await openModel(page, 'next');
    assert.ok(await page.evaluate(chosen('next1.1 GB')));
  }));

test('a file and a folder dropped anywhere are opened, on a phone with the shelf folded away', () =>
  ready(
    async ({ page }) => {
      const [a, b] = [await file('dropped.safetensors'), join(await file('folder/model_index.json'), '..')];
      const session = await page.createCDPSession();
      const data = { items: [], files: [a, b], dragOperationsMask: 1 };
      const drag = (type: 'dragEnter' | 'dragOver' | 'drop') =>
        session.send('Input.dispatchDragEvent', { type, x: 100, y: 100, data });
      await drag('dragEnter');
      await drag('dragOver');
      await page.waitForSelector(byId('drop-veil'));
      await drag('drop');
      await waitFor(page, `document.querySelectorAll('${byId('job')}').length === 2`);
      assert.not(await isThere(page, 'drop-veil'));
      await waitFor(page, `document.querySelector('${byId('job')}').getBoundingClientRect().top < innerHeight`);
      await waitFor(page, `document.querySelectorAll('${byId('model')}').length === 3`);
    },
    { width: 360, height: 800 },
  ));

test('what cannot be opened is said where it was tried, by name and with the way out', () =>
  ready(async ({ page }) => {
    await upload(page, 'open-file', await file('my-lora.safetensors'));
    await page.waitForSelector(`${byId('models')} ${byId('problem')}[data-code="unsupported-model"]`);
    assert.match(
      await text(page, 'problem'),
      /^my-lora\.safetensors: This is a LoRA \(my-lora\)\. Add it under “Options for opening”/,
    );
    assert.is(await count(page, 'model'), 1);
  }));

test('a sound model is verified, a damaged one told, and a check can be stopped', () =>
  ready(async ({ page }) => {
    await openModel(page, 'sound');
    await aboutLast(page);
    await press(page, 'verify');
    await page.waitForSelector(byId('reading'));
    await press(page, 'cancel-reading');
    await page.waitForSelector(byId('verify'));
    assert.not(await isThere(page, 'verdict'));
    await press(page, 'verify');
    await page.waitForSelector(`${byId('verdict')}[data-sound="true"]`);
    assert.match(await text(page, 'toasts'), /^sound is sound: every byte is as it was written\./);
    await aboutLast(page); // Folds it again.
    await openModel(page, 'damaged');
    await aboutLast(page);
    await press(page, 'verify');
    await page.waitForSelector(`${byId('verdict')}[data-sound="false"]`);
    assert.match(await text(page, 'verdict'), /damaged/);
  }));

test('a model is exported as one file', () =>
  ready(async ({ page }) => {
    const downloads = await mkdtemp(join(tmpdir(), 'exports-'));
    const session = await page.createCDPSession();
    await session.send('Page.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads });
    await openModel(page, 'precious');
    await aboutLast(page);
    await press(page, 'export');
    await waitFor(page, says('reading', /^Exporting/));
    await page.waitForSelector(byId('export'));
    for (let attempt = 0; attempt < 200 && !(await readdir(downloads)).includes('precious.safetensors'); attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.is(await readFile(join(downloads, 'precious.safetensors'), 'utf8'), 'all of precious');
    await rm(downloads, { recursive: true });
  }));

test('a model is deleted without a question, and had back with the keyboard alone', () =>
  ready(async ({ page }) => {
    await openModel(page, 'dear');
    await page.evaluate(`[...document.querySelectorAll('${byId('delete')}')].at(-1).focus()`);
    await page.keyboard.press('Enter');
    await page.waitForSelector(byId('undo'));
    await waitFor(page, `document.querySelectorAll('${byId('model')}').length === 1`);
    assert.match(await text(page, 'toast'), /^dear was deleted\./);
    assert.ok(await page.evaluate(chosen('Built-in demo model')));
    await waitFor(page, `document.activeElement === document.querySelector('${byId('undo')}')`);
    await page.keyboard.press('Enter');
    await waitFor(page, `document.querySelectorAll('${byId('model')}').length === 2`);
    await waitFor(page, chosen('dear')); // As it was.
    assert.is(await page.evaluate('document.activeElement.id'), 'shelf');
    assert.not(await isThere(page, 'toast'));
  }));

test('the meter tells what is used and what can be freed, and one button frees it', () =>
  ready(async ({ page }) => {
    await openModel(page, 'heavy');
    await page.evaluate(`[...document.querySelectorAll('${byId('delete')}')].at(-1).click()`);
    await page.waitForSelector(byId('free-up'));
    assert.match(await text(page, 'storage'), /1\.1 GB of 10\.0 GB used · 25 MB in models/);
    assert.is(await text(page, 'freeable'), 'Can be freed: 1.1 GB of deleted models.');
    await press(page, 'bring-back');
    await waitFor(page, `!document.querySelector('${byId('free-up')}')`);
    await page.evaluate(`[...document.querySelectorAll('${byId('delete')}')].at(-1).click()`);
    await page.waitForSelector(byId('free-up'));
    await press(page, 'free-up');
    await waitFor(page, says('toasts', /^1\.1 GB freed\./));
    await waitFor(page, says('storage', /25 MB of 10\.0 GB used/));
    assert.not(await isThere(page, 'free-up'));
  }));

test('a size that does not fit is told before it is drawn, with the largest that does', () =>
  ready(async ({ page }) => {
    await waitFor(page, says('forecast', /^Needs about 719 MB; this device gives 2\.0 GB\.$/)); // 300 MB and 6.4 KB a pixel
    await press(page, 'size-other');
    for (const side of ['width', 'height']) {
      await page.waitForSelector(byId(side));
      await page.$eval(byId(side), (field) => (field as unknown as { select(): void }).select());
      await page.type(byId(side), '768');
    }
    await page.waitForSelector(`${byId('forecast')}[data-fits="false"]`);
    await waitFor(page, says('forecast', /^Needs about 4\.1 GB; this device gives 2\.0 GB\.Use 512 × 512$/));
    await press(page, 'use-largest');
    await page.waitForSelector(`${byId('forecast')}[data-fits="true"]`);
    await waitFor(page, says('forecast', /gives 2\.0 GB\. To fit, weights are read anew/));
    assert.is(await page.$eval(byId('width'), (field) => (field as unknown as { value: string }).value), '512');
  }));

test('who asks for little memory is told what it takes then, and gets it again at the next visit', () =>
  ready(async ({ page }) => {
    await waitFor(page, says('forecast', /^Needs about 719 MB;/));
    await press(page, 'memory-low');
    await waitFor(page, says('forecast', /^Needs about 519 MB; this device gives 2\.0 GB\.$/));
    await page.reload();
    await waitFor(page, says('forecast', /^Needs about 519 MB;/));
    await press(page, 'memory-auto');
    await waitFor(page, says('forecast', /^Needs about 719 MB;/));
  }));

test('a model comes in while another draws, and is not put under its hands', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'slow');
    await page.click(byId('draw'));
    await waitFor(page, says('phase', /^Step 2 of 20$/));
    await upload(page, 'open-file', await file('meanwhile.safetensors'));
    await page.waitForSelector(byId('use-ready'));
    assert.ok(await page.evaluate(chosen('Built-in demo model')));
    assert.match(await text(page, 'phase'), /^Step \d+ of 20$/);
    await press(page, 'cancel');
    await page.waitForSelector(byId('draw'));
    await press(page, 'use-ready');
    await waitFor(page, chosen('meanwhile'));
  }));

test('every control of the shelf has a name and is large enough for a thumb, and nothing sticks out at 320 px', () =>
  ready(
    async ({ page }) => {
      await unfold(page, 'models');
      await unfold(page, 'open-options');
      await upload(page, 'add-lora', await file('a-very-long-name-of-a-lora-file-that-nobody-would-type.safetensors'));
      await unfold(page, 'web-models');
      await page.waitForSelector(byId('catalog-entry'));
      await page.evaluate(`document.querySelectorAll('${byId('get-model')}')[1].click()`);
      await aboutLast(page);
      await upload(
        page,
        'open-file',
        await file('another-very-long-name-of-a-model-that-somebody-gave-it.safetensors'),
      );
      await page.waitForSelector(byId('job'));
      assert.is(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
      const small = `JSON.stringify([...document.querySelectorAll('button, select, textarea, summary, a, input:not([type=radio], [type=file]), label.chip, label.card-choice, label.button')]
        .filter((element) => element.getClientRects().length > 0 && element.getBoundingClientRect().height < 43.9)
        .map((element) => element.outerHTML.slice(0, 80)))`;
      assert.is(await page.evaluate(small), '[]');
      const nameless = `JSON.stringify([...document.querySelectorAll('button')].filter((button) => !(button.ariaLabel ?? button.textContent).trim()).map((button) => button.outerHTML))`;
      assert.is(await page.evaluate(nameless), '[]');
    },
    { width: 320, height: 800 },
  ));

test.run();
