/** The page with an engine that computes nothing (`fakeEngine.worker.ts`): what a person sees and can do. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import type { Page, SerializedAXNode } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fakePicture } from './fakePicture';
import { byId, canvasPixels, visit } from './page';
import { isThere, shelfIn, text } from './shelfPage';

const FOLDER = 'dist/spec-web';

const ready = shelfIn(test, FOLDER);

async function type(page: Page, prompt: string): Promise<void> {
  await page.$eval(byId('prompt'), (field) => (field as unknown as { select(): void }).select());
  await page.type(byId('prompt'), prompt);
}

test('isolated from other pages, and without a complaint from the browser', () =>
  ready(async ({ page }) => {
    assert.is(await page.evaluate('crossOriginIsolated'), true);
    assert.is(await page.title(), 'Pocket Diffusion');
    assert.is(await page.evaluate('document.documentElement.lang'), 'en');
  }));

test('one can type, and ask for a picture, while the demo model is still being prepared', () =>
  visit(
    FOLDER,
    async ({ page, complaints }) => {
      await page.waitForSelector(byId('progress'));
      await page.type(byId('prompt'), 'a sun');
      await page.click(byId('draw'));
      assert.not(await isThere(page, 'model'));
      await page.evaluate('prepareDemo()');
      await page.waitForSelector(byId('save'));
      assert.equal(complaints, []);
    },
    {
      shared: true,
      before: `navigator.locks.request('demo', () => new Promise((resolve) => { window.prepareDemo = resolve; }))`,
    },
  ));

test('draws: step by step, then the very pixels of the engine, and every control again', () =>
  ready(async ({ page }) => {
    await page.$eval(byId('seed'), (field) => (field as unknown as { select(): void }).select());
    await page.type(byId('seed'), '7'); // typing a seed keeps it
    await type(page, 'slow sun');
    await page.click(byId('draw'));
    await page.waitForFunction(`document.querySelector('${byId('phase')}')?.textContent === 'Step 2 of 20'`);
    const bar = await page.$eval(byId('progress'), (element) =>
      ['role', 'aria-valuenow', 'aria-valuemax', 'aria-label'].map((name) =>
        (element as unknown as { getAttribute(name: string): string }).getAttribute(name),
      ),
    );
    assert.equal(bar, ['progressbar', '9', '100', 'Step 2 of 20']); // 2 of 20 + 2 for the decoding
    assert.match(await text(page, 'time-left'), /^about (19|2[01]) seconds left$/); // 19 steps and 2, of a second each
    assert.match(await page.title(), /^\d+ % · Pocket Diffusion$/);
    await page.click(byId('cancel'));
    await page.waitForSelector(byId('draw'));

    await type(page, 'sun');
    await page.click(byId('draw'));
    await page.waitForSelector(byId('save'));
    const { width, height, pixels } = await canvasPixels(page);
    assert.equal([width, height], [256, 256]);
    assert.equal(Buffer.compare(pixels, fakePicture({ width, height }, 7).pixels), 0);
    assert.match(await text(page, 'facts'), /^256 × 256 · seed 7 · Drawn in \d+ seconds? on the CPU$/);
  }));

test('cancel stops at once where the engine listens, and within seconds where it is deaf', () =>
  ready(async ({ page }) => {
    for (const prompt of ['slow', 'hang']) {
      await type(page, prompt);
      await page.click(byId('draw'));
      await page.waitForFunction(`document.querySelector('${byId('phase')}')?.textContent === 'Step 2 of 20'`);
      await page.keyboard.press('Escape');
      await page.waitForSelector(byId('draw'), { timeout: 15_000 });
      assert.not(await isThere(page, 'problem'));
    }
    await type(page, 'sun');
    await page.keyboard.down('Control');
    await page.keyboard.press('Enter');
    await page.keyboard.up('Control');
    await page.waitForSelector(byId('save'));
  }));

test('an error says in words what happened, and leaves the picture and the prompt', () =>
  ready(async ({ page }) => {
    await type(page, 'sun');
    await page.click(byId('draw'));
    await page.waitForSelector(byId('save'));
    const before = await canvasPixels(page);
    for (const [code, words] of [
      ['out-of-memory', /^There was not enough memory/],
      ['bad-argument', /^Width must be a multiple of 8; it is 100\./],
    ] as const) {
      await type(page, `fail ${code}`);
      await page.click(byId('draw'));
      await page.waitForSelector(`${byId('problem')}[data-code="${code}"]`);
      assert.match(await text(page, 'problem'), words);
      assert.equal(Buffer.compare((await canvasPixels(page)).pixels, before.pixels), 0);
      assert.is(
        await page.$eval(byId('prompt'), (field) => (field as unknown as { value: string }).value),
        `fail ${code}`,
      );
      await page.click(byId('dismiss'));
      assert.not(await isThere(page, 'problem'));
    }
  }));

test('a worker that dies is said, and the next picture gets a fresh one', () =>
  ready(async ({ page }) => {
    await type(page, 'die');
    await page.click(byId('draw'));
    await page.waitForSelector(`${byId('problem')}[data-code="worker-died"]`);
    await type(page, 'sun');
    await page.click(byId('draw'));
    await page.waitForSelector(byId('save'));
    assert.not(await isThere(page, 'problem'));
  }));

test('a prompt that is too long says what was left out', () =>
  ready(async ({ page }) => {
    await type(page, 'cut');
    await page.click(byId('draw'));
    await page.waitForSelector(byId('cut'));
    assert.is(await text(page, 'cut'), 'Only 77 tokens fit. The end was left out: “and the very last words”');
  }));

test('saves a PNG of exactly the pixels on the canvas', () =>
  ready(async ({ page }) => {
    const downloads = await mkdtemp(join(tmpdir(), 'downloads-'));
    const session = await page.createCDPSession();
    await session.send('Page.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads });
    await type(page, 'a sun');
    await page.click(byId('draw'));
    await page.waitForSelector(byId('save'));
    await page.click(byId('save'));
    const name = await appears(downloads, /^a-sun-\d+\.png$/);
    const image = decode(await readFile(join(downloads, name)), { checkCrc: true });
    const { pixels, width, height } = await canvasPixels(page);
    assert.equal([image.width, image.height, image.channels], [width, height, 3]);
    assert.equal(Buffer.compare(Buffer.from(image.data as Uint8Array), pixels), 0);
    await rm(downloads, { recursive: true });
  }));

/** The name of the first file in `folder` that matches: an empty one holds the place until the browser renames the whole one. */
async function appears(folder: string, name: RegExp): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const found = (await readdir(folder)).find((entry) => name.test(entry));
    if (found && (await stat(join(folder, found))).size > 0) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no ${name} in ${folder}: ${(await readdir(folder)).join(', ')}`);
}

test('several pictures line up in the gallery, and each can be looked at again', () =>
  ready(async ({ page }) => {
    await page.$eval(byId('num-images'), (field) => (field as unknown as { select(): void }).select());
    await page.type(byId('num-images'), '3');
    await page.$eval(byId('seed'), (field) => (field as unknown as { select(): void }).select());
    await page.type(byId('seed'), '10');
    await type(page, 'sun');
    await page.click(byId('draw'));
    await page.waitForSelector(`${byId('gallery')} li:nth-child(3)`);
    await page.waitForSelector(byId('save'));
    await page.click(`${byId('gallery')} li:last-child button`); // the oldest
    await page.waitForFunction(`document.querySelector('${byId('facts')}')?.textContent?.includes('seed 10')`);
    const { width, height, pixels } = await canvasPixels(page);
    assert.equal(Buffer.compare(pixels, fakePicture({ width, height }, 10).pixels), 0);
  }));

test('settings and prompt are there again at the next visit', () =>
  ready(async ({ page }) => {
    await type(page, 'kept words');
    await page.select(byId('scheduler'), 'euler');
    await page.click(byId('size-portrait'));
    await page.select(byId('language'), 'zh');
    const inChinese = `document.querySelector('${byId('draw')}')?.textContent === '开始绘制'`;
    await page.waitForFunction(inChinese); // A language is kept once its words are there.
    await page.reload();
    await page.waitForSelector(byId('model'));
    const value = (id: string): Promise<unknown> =>
      page.$eval(byId(id), (field) => (field as { value?: unknown }).value);
    assert.is(await value('prompt'), 'kept words');
    assert.is(await value('scheduler'), 'euler');
    assert.is(await page.$eval(byId('size-portrait'), (radio) => (radio as { checked?: unknown }).checked), true);
    await page.waitForFunction(inChinese);
  }));

test('speaks Chinese to a Chinese browser, in errors too', () =>
  ready(
    async ({ page }) => {
      assert.is(await page.evaluate('document.documentElement.lang'), 'zh-Hans');
      assert.is(await text(page, 'draw'), '开始绘制');
      await type(page, 'fail storage-full');
      await page.click(byId('draw'));
      await page.waitForSelector(byId('problem'));
      assert.match(await text(page, 'problem'), /^存储空间不足/);
    },
    { language: 'zh-CN' },
  ));

test('a way to compute that is missing says why, and cannot be chosen', () =>
  ready(async ({ page }) => {
    await page.waitForSelector(byId('why-webgpu'));
    assert.is(await text(page, 'why-webgpu'), 'GPU: this browser offers no GPU to pages');
    assert.is(await page.$eval(byId('backend-webgpu'), (radio) => (radio as { disabled?: unknown }).disabled), true);
  }));

test('nothing moves when a picture arrives, on a phone', () =>
  ready(
    async ({ page }) => {
      const places = (): Promise<unknown> =>
        page.evaluate(
          `JSON.stringify(['draw', 'cancel', 'settings'].map((id) => document.querySelector('[data-testid=' + id + ']')?.getBoundingClientRect().top ?? null).filter((top) => top !== null))`,
        );
      const before = await places();
      await type(page, 'slow');
      await page.click(byId('draw'));
      await page.waitForSelector(byId('cancel'));
      assert.is(await places(), before);
      await page.click(byId('cancel'));
      await page.waitForSelector(byId('draw'));
      await type(page, 'sun');
      await page.click(byId('draw'));
      await page.waitForSelector(byId('save'));
      assert.is(await places(), before);
      assert.is(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true);
    },
    { width: 360, height: 800 },
  ));

test('nothing sticks out at the side, down to 320 px', () =>
  ready(
    async ({ page }) => {
      const inside = `(() => {
        const right = document.querySelector('${byId('draw')}').getBoundingClientRect().right;
        return [...document.querySelectorAll('header *')].every((element) => element.getBoundingClientRect().right <= right);
      })()`;
      for (const width of [320, 360, 412]) {
        // Turning into a phone loads the page anew.
        await page.setViewport({ width, height: 800, isMobile: true });
        await page.waitForSelector(byId('draw'));
        assert.is(await page.evaluate('document.documentElement.scrollWidth'), width);
        assert.is(await page.evaluate(inside), true, `${width}`);
      }
    },
    { width: 320, height: 800 },
  ));

const flat = (node: SerializedAXNode | null): SerializedAXNode[] =>
  node ? [node, ...(node.children ?? []).flatMap(flat)] : [];

test('every control has a name, and is large enough for a thumb', () =>
  ready(
    async ({ page }) => {
      await page.click(`${byId('settings')} summary`);
      await page.click(`${byId('models')} summary`);
      const controls = flat(await page.accessibility.snapshot()).filter(({ role }) =>
        /button|textbox|slider|spinbutton|combobox|radio/i.test(role),
      );
      assert.ok(controls.length > 15, `${controls.length} controls`);
      assert.equal(
        controls.filter(({ name }) => !name?.trim()).map(({ role }) => role),
        [],
      );
      const small =
        await page.evaluate(`JSON.stringify([...document.querySelectorAll('button, select, textarea, summary, input:not([type=radio], [type=file]), label.chip, label.card-choice, label.button')]
        .filter((element) => element.getClientRects().length > 0 && element.getBoundingClientRect().height < 44)
        .map((element) => element.outerHTML.slice(0, 80)))`);
      assert.is(small, '[]');
    },
    { width: 360, height: 800 },
  ));

test('an error met while importing is said, and the model in use stays', () =>
  ready(async ({ page }) => {
    const input = await page.waitForSelector(byId('import'));
    const folder = join(await mkdtemp(join(tmpdir(), 'import-')), 'sdxl');
    await mkdir(join(folder, 'unet'), { recursive: true });
    await writeFile(join(folder, 'unet', 'config.json'), '{}');
    await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(folder);
    await page.waitForSelector(byId('cancel-import'));
    await page.waitForSelector(`${byId('problem')}[data-code="unsupported-model"]`);
    assert.is((await page.$$(byId('model'))).length, 1);
  }));

test.run();
