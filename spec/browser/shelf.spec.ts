/** The shelf with an engine that computes nothing (`fakeShelf.ts`): bringing models in, keeping them, letting them go. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundlePageWith } from '../../build/bundle';
import { byId, type Visit, type VisitOptions, visit } from './page';

const FOLDER = 'dist/spec-shelf';

let scratch: string;
test.before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'shelf-'));
  await bundlePageWith('spec/browser/fakeEngine.worker.ts', FOLDER);
});
test.after(() => rm(scratch, { recursive: true }));

/** A visit whose demo model is ready; complaints of the browser fail it. */
const ready = (work: (visit: Visit) => Promise<void>, options?: VisitOptions): Promise<void> =>
  visit(
    FOLDER,
    async (opened) => {
      await opened.page.waitForSelector(byId('model'));
      await work(opened);
      assert.equal(opened.complaints, []);
    },
    options,
  );

async function file(name: string): Promise<string> {
  const path = join(scratch, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, 'weights');
  return path;
}

async function upload(page: Page, id: string, path: string): Promise<void> {
  const input = await page.waitForSelector(byId(id));
  await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(path);
}

const text = (page: Page, id: string): Promise<string> =>
  page.$eval(byId(id), (element) => (element as { textContent: string | null }).textContent ?? '');
const count = async (page: Page, id: string): Promise<number> => (await page.$$(byId(id))).length;
const isThere = async (page: Page, id: string): Promise<boolean> => (await count(page, id)) > 0;
const waitFor = (page: Page, condition: string) => page.waitForFunction(condition);
const chosen = (name: string): string =>
  `document.querySelector('${byId('model')}[data-chosen="true"]')?.textContent.startsWith(${JSON.stringify(name)})`;
const says = (id: string, pattern: RegExp): string =>
  `${pattern}.test(document.querySelector('${byId(id)}')?.textContent ?? '')`;
/** Presses what may lie outside the window. */
const press = (page: Page, id: string): Promise<void> =>
  page.$eval(byId(id), (element) => (element as unknown as { click(): void }).click());
const unfold = (page: Page, id: string): Promise<void> =>
  page.$eval(`${byId(id)} > summary`, (element) => (element as unknown as { click(): void }).click());
const phase = (name: string): string => `${byId('job')}[data-phase="${name}"]`;

async function openModel(page: Page, name: string): Promise<void> {
  await upload(page, 'open-file', await file(`${name}.safetensors`));
  await waitFor(page, chosen(name));
}

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

async function addAddress(page: Page, url: string): Promise<void> {
  if (!(await page.$eval(byId('web-models'), (fold) => (fold as unknown as { open: boolean }).open)))
    await unfold(page, 'web-models');
  await page.type(byId('address'), url);
  await press(page, 'add-address');
}

test('a download by URL: rate and time left, paused, gone on with, converted, on the shelf', () =>
  ready(async ({ page }) => {
    await addAddress(page, 'ftp://example.org/model');
    assert.is(await text(page, 'address-hint'), 'An address begins with https://');
    await page.$eval(byId('address'), (field) => (field as unknown as { select(): void }).select());
    await addAddress(page, 'https://example.org/some/web%20model.safetensors');
    await waitFor(
      page,
      says('job', /^web model\.safetensorsDownloading · .+ of 2\.1 GB · .+\/sabout \d+ seconds? left$/),
    );
    await press(page, 'pause-job');
    await page.waitForSelector(phase('paused'));
    assert.match(await text(page, 'job'), /Paused · .+ of 2\.1 GB$/);
    assert.not(await isThere(page, 'interrupted')); // It is a job, not something left over.
    const progress = (): Promise<number> =>
      page.$eval(`${byId('job')} ${byId('progress')}`, (bar) =>
        Number((bar as unknown as { getAttribute(name: string): string }).getAttribute('aria-valuenow')),
      );
    const before = await progress();
    assert.ok(before > 5, `${before} %`);
    await press(page, 'resume-job');
    await page.waitForSelector(phase('downloading'));
    assert.ok((await progress()) >= before, `${await progress()} of ${before} %`);
    await page.waitForSelector(phase('converting'));
    await waitFor(page, chosen('web model'));
  }));

test('a download that is canceled while it is paused leaves nothing', () =>
  ready(async ({ page }) => {
    await addAddress(page, 'https://example.org/unwanted.safetensors');
    await waitFor(page, says('job', /of 2\.1 GB/));
    await press(page, 'pause-job');
    await page.waitForSelector(phase('paused'));
    await press(page, 'cancel-import');
    await waitFor(page, `!document.querySelector('${byId('job')}')`);
    await waitFor(page, `!document.querySelector('${byId('freeable')}')`);
    assert.not(await isThere(page, 'interrupted'));
  }));

test('a file that does not arrive is said, and tried again with one press', () =>
  ready(async ({ page }) => {
    await addAddress(page, 'https://example.org/missing.safetensors');
    await page.waitForSelector(`${byId('problem')}[data-code="download-failed"]`);
    assert.match(await text(page, 'problem'), /missing\.safetensors.*HTTP 404/);
    await press(page, 'try-again');
    await page.waitForSelector(byId('job'));
    assert.not(await isThere(page, 'problem'));
    await page.waitForSelector(byId('problem'));
  }));

test('a license that wants it is shown and accepted before the download, once for each model', () =>
  ready(async ({ page }) => {
    const get = (index: number): Promise<unknown> =>
      page.evaluate(`document.querySelectorAll('${byId('get-model')}')[${index}].click()`);
    await unfold(page, 'web-models');
    await page.waitForSelector(byId('catalog-entry'));
    await get(1);
    await page.waitForSelector(byId('license-gate'));
    assert.not(await isThere(page, 'job'));
    const link = `${byId('catalog-entry')}:last-child ${byId('license-link')}`;
    assert.equal(
      await page.$eval(link, (a) => [(a as unknown as { href: string }).href, (a as unknown as { rel: string }).rel]),
      ['https://example.org/openrail', 'noopener noreferrer'],
    );
    await page.keyboard.press('Escape');
    await waitFor(page, `!document.querySelector('${byId('license-gate')}')`);
    await waitFor(page, `document.activeElement === document.querySelectorAll('${byId('get-model')}')[1]`);
    await get(1);
    await page.waitForSelector(byId('accept-license'));
    await page.keyboard.press('Enter'); // The focus is on it.
    await page.waitForSelector(byId('job'));
    await page.reload();
    await page.waitForSelector(byId('interrupted'));
    await press(page, 'discard');
    await unfold(page, 'web-models');
    await page.waitForSelector(byId('catalog-entry'));
    await get(1);
    await page.waitForSelector(byId('job'));
    assert.not(await isThere(page, 'license-gate'));
    await waitFor(page, chosen('Open Diffusion'));
    await page.evaluate(`[...document.querySelectorAll('${byId('about')}')].at(-1).click()`);
    assert.is(await text(page, 'license-link'), 'CreativeML OpenRAIL-M');
  }));

test('a catalog of one’s own is kept until one goes back; a broken one is said', () =>
  ready(async ({ page }) => {
    await addAddress(page, 'https://example.org/broken.json');
    await page.waitForSelector(`${byId('problem')}[data-code="bad-catalog"]`);
    assert.is(await count(page, 'catalog-entry'), 2);
    await addAddress(page, 'https://example.org/own.json');
    await waitFor(page, says('catalog-entry', /^Own Diffusion/));
    await page.reload();
    await page.waitForSelector(byId('model'));
    await unfold(page, 'web-models');
    await waitFor(page, says('catalog-entry', /^Own Diffusion/));
    await press(page, 'own-catalog');
    await waitFor(page, says('catalog-entry', /^Free Diffusion/));
  }));

const aboutLast = (page: Page): Promise<unknown> =>
  page.evaluate(`[...document.querySelectorAll('${byId('about')}')].at(-1).click()`);

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
    assert.is(await page.$eval(byId('width'), (field) => (field as unknown as { value: string }).value), '512');
  }));

test('what an earlier visit left half done goes on from there: an import with its file, a download by itself', () =>
  ready(async ({ page }) => {
    await upload(page, 'open-file', await file('halfway.safetensors'));
    await addAddress(page, 'https://example.org/half.safetensors');
    await waitFor(page, says('job', /Converting/));
    await waitFor(page, `document.querySelectorAll('${byId('job')}').length === 2`);
    await waitFor(page, `Number(document.querySelector('${byId('job')} ${byId('progress')}').ariaValueNow) >= 30`);
    await page.reload();
    await waitFor(page, `document.querySelectorAll('${byId('interrupted')}').length === 2`);
    await upload(page, 'resume-file', await file('halfway.safetensors'));
    await page.waitForSelector(phase('converting'));
    assert.ok(
      await page.evaluate(`Number(document.querySelector('${byId('job')} ${byId('progress')}').ariaValueNow) >= 30`),
    );
    await waitFor(page, `document.querySelectorAll('${byId('interrupted')}').length === 1`);
    await press(page, 'resume');
    await page.waitForSelector(phase('downloading'));
    await waitFor(page, chosen('halfway'));
    await waitFor(page, chosen('half1'));
    await waitFor(page, `!document.querySelector('${byId('interrupted')}')`);
  }));

test('a model comes in while another draws, and is not put under its hands', () =>
  ready(async ({ page }) => {
    await page.type(byId('prompt'), 'slow');
    await page.click(byId('draw'));
    await waitFor(page, says('phase', /^Step 2 of 21$/));
    await upload(page, 'open-file', await file('meanwhile.safetensors'));
    await page.waitForSelector(byId('use-ready'));
    assert.ok(await page.evaluate(chosen('Built-in demo model')));
    assert.match(await text(page, 'phase'), /^Step \d+ of 21$/);
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
