/** The page with the real engine: what it draws is what the command draws. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decode } from 'fast-png';
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { randomModelFiles } from '../models/randomModel';
import { byId, canvasPixels, type Visit, type VisitOptions, visit } from './page';

const FOLDER = 'dist/spec-engine';
const PROMPT = 'a red apple on a blue background';
/** Room for a loaded two-core machine; a picture takes seconds. */
const PATIENCE = { timeout: 240_000 };

/** A GPU in software: WebGPU as it is, without a graphics card. */
const SWIFTSHADER = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

let scratch: string;
test.before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'engine-'));
  await bundle(FOLDER);
});
test.after(() => rm(scratch, { recursive: true }));

/** The pixels that `npm run generate` draws. */
async function commandPicture(...args: readonly string[]): Promise<Buffer> {
  const out = join(scratch, 'command.png');
  const { status, stderr } = spawnSync(
    process.execPath,
    ['build/run.mjs', 'workers/cli.ts', PROMPT, '--seed', '1', '--out', out, ...args],
    { encoding: 'utf8' },
  );
  assert.is(status, 0, stderr);
  return Buffer.from(decode(await readFile(out)).data as Uint8Array);
}

/** Peak signal-to-noise ratio of 8-bit pictures in dB; infinite where they are equal. */
function psnr(a: Buffer, b: Buffer): number {
  assert.is(a.length, b.length);
  const squares = a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (squares / a.length));
}

/** Opens the page and waits for a model; complaints of the browser fail the visit. */
const ready = (work: (visit: Visit) => Promise<void>, options?: VisitOptions): Promise<void> =>
  visit(
    FOLDER,
    async (opened) => {
      await opened.page.waitForSelector(byId('model'), PATIENCE);
      await work(opened);
      assert.equal(opened.complaints, []);
    },
    options,
  );

async function fill(page: Page, id: string, text: string): Promise<void> {
  await page.$eval(byId(id), (field) => (field as unknown as { select(): void }).select());
  await page.type(byId(id), text);
}

const textOf = (page: Page, id: string): Promise<string> =>
  page.$eval(byId(id), (element) => (element as unknown as { textContent: string }).textContent);

/** Draws `PROMPT` with seed 1 and `steps`, and returns the canvas. */
async function draw(page: Page, steps: number): Promise<Buffer> {
  await fill(page, 'seed', '1');
  await fill(page, 'steps', String(steps));
  await fill(page, 'prompt', PROMPT);
  await page.click(byId('draw'));
  await page.waitForSelector(`${byId('save')}, ${byId('problem')}`, PATIENCE);
  if (await page.$(byId('problem'))) throw new Error(await textOf(page, 'problem'));
  return (await canvasPixels(page)).pixels;
}

const weightsAsked = (requests: readonly string[]): string[] =>
  requests.filter((path) => path.endsWith('.safetensors'));

test('a sentence typed into the page becomes the picture that the command draws', () =>
  ready(async ({ page, requests }) => {
    assert.is(await page.evaluate('crossOriginIsolated'), true);
    const drawn = await draw(page, 20);
    const level = psnr(drawn, await commandPicture());
    assert.ok(level >= 50, `${level} dB`);
    assert.is(weightsAsked(requests).length, 3); // text encoder, UNet, VAE: once each

    // The second visit finds the converted model: nothing is fetched, nothing converted, and the picture is the same.
    requests.length = 0;
    await page.reload();
    await page.waitForSelector(byId('model'), PATIENCE);
    assert.equal(Buffer.compare(await draw(page, 20), drawn), 0);
    assert.equal(weightsAsked(requests), []);
  }));

test('a cancel is heard between two steps, and the next picture is right', () =>
  ready(async ({ page }) => {
    await fill(page, 'steps', '500');
    await fill(page, 'prompt', PROMPT);
    await page.click(byId('draw'));
    await page.waitForFunction(`/^Step/.test(document.querySelector('${byId('phase')}')?.textContent)`, PATIENCE);
    await page.click(byId('cancel'));
    await page.waitForSelector(byId('draw'), { timeout: 10_000 });
    const level = psnr(await draw(page, 4), await commandPicture('--steps', '4'));
    assert.ok(level >= 50, `${level} dB`);
  }));

test('a diffusers folder picked in the page is converted, kept, and draws as the command does', () =>
  ready(async ({ page }) => {
    const folder = join(scratch, 'random-b');
    for (const [path, bytes] of await randomModelFiles('B')) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    const input = await page.waitForSelector(byId('import'));
    await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(folder);
    await page.waitForFunction(`document.querySelectorAll('${byId('model')}').length === 2`, PATIENCE);
    const level = psnr(await draw(page, 4), await commandPicture('--steps', '4', '--model', folder));
    assert.ok(level >= 50, `${level} dB`);

    await page.reload();
    await page.waitForFunction(
      `document.querySelector('${byId('model')}[data-chosen="true"]')?.textContent?.includes('random-b')`,
      PATIENCE,
    );
  }));

test('WebGPU, where there is an adapter, draws the picture of the CPU', () =>
  ready(
    async ({ page }) => {
      await page.waitForSelector(`${byId('backend-webgpu')}:enabled`, PATIENCE);
      await page.evaluate(`document.querySelector('${byId('backend-webgpu')}').click()`);
      // A GPU in software is slow: a small picture, in few steps.
      await page.evaluate(`document.querySelector('${byId('size-other')}').click()`);
      await page.waitForSelector(byId('width'));
      await fill(page, 'width', '64');
      await fill(page, 'height', '72');
      const drawn = await draw(page, 2);
      assert.match(await textOf(page, 'facts'), /^64 × 72 .* on the GPU$/);
      const level = psnr(drawn, await commandPicture('--steps', '2', '--width', '64', '--height', '72'));
      assert.ok(level >= 50, `${level} dB`);
    },
    { flags: SWIFTSHADER },
  ));

test.run();
