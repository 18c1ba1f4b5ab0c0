/** The page with the real engine, as the specs drive it: settings typed, a picture drawn, the command's beside it. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decode } from 'fast-png';
import type { Page } from 'puppeteer-core';
import * as assert from 'uvu/assert';
import { type RandomModelName, randomModelFiles } from '../models/randomModel';
import { fromRoot } from '../root';
import { commandsIn } from '../workers/cli/command';
import { byId, canvasPixels, fill, type Visit, type VisitOptions, visit } from './page';

export const PROMPT = 'a red apple on a blue background';
/** Room for a loaded two-core machine; what is waited for takes seconds, on a GPU in software a minute. */
export const PATIENCE = { timeout: 120_000 };

/** What differs from the page's own settings. */
export interface Drawn {
  readonly prompt?: string;
  readonly steps?: number;
  readonly size?: readonly [width: number, height: number];
}

/** A folder that goes with the spec. */
export async function scratchFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'engine-'));
  return { path, remove: () => rm(path, { recursive: true }) };
}

/** Opens the page in `folder` and waits for a model; complaints of the browser fail the visit. */
export const ready = (folder: string, work: (visit: Visit) => Promise<void>, options?: VisitOptions): Promise<void> =>
  visit(
    folder,
    async (opened) => {
      await opened.page.waitForSelector(byId('model'), PATIENCE);
      await work(opened);
      assert.equal(opened.complaints, []);
    },
    options,
  );

export const textOf = (page: Page, id: string): Promise<string> =>
  page.$eval(byId(id), (element) => (element as unknown as { textContent: string }).textContent);

/** Types `PROMPT`, seed 1 and what is given, and presses the button. */
export async function begin(page: Page, drawn: Drawn = {}): Promise<void> {
  await type(page, drawn);
  await page.click(byId('draw'));
}

/** Types `PROMPT`, seed 1 and what is given. */
export async function type(page: Page, { prompt = PROMPT, steps, size }: Drawn = {}): Promise<void> {
  await fill(page, 'seed', '1');
  if (steps !== undefined) await fill(page, 'steps', String(steps));
  if (size) {
    await page.evaluate(`document.querySelector('${byId('size-other')}').click()`);
    await page.waitForSelector(byId('width'));
    await fill(page, 'width', String(size[0]));
    await fill(page, 'height', String(size[1]));
  }
  await fill(page, 'prompt', prompt);
}

/** As `begin`, then waits for the picture; a problem is thrown in the page's words. */
export async function draw(page: Page, drawn: Drawn = {}, patience = PATIENCE): Promise<Buffer> {
  await begin(page, drawn);
  await page.waitForFunction(
    `!document.querySelector('${byId('cancel')}') && document.querySelector('${byId('save')}, ${byId('problem')}')`,
    patience,
  );
  if (await page.$(byId('problem'))) throw new Error(await textOf(page, 'problem'));
  return (await canvasPixels(page)).pixels;
}

/** Waits for a problem with `code` and returns the page's words for it. */
export async function problem(page: Page, code: string): Promise<string> {
  await page.waitForSelector(`${byId('problem')}, ${byId('save')}`, PATIENCE);
  const shown = await page.$$eval(byId('problem'), (elements) =>
    elements.map((element) => (element as unknown as { dataset: { code: string } }).dataset.code),
  );
  assert.equal(shown, [code]);
  return page.$eval(`${byId('problem')} p`, (element) => (element as unknown as { textContent: string }).textContent);
}

const { generate } = commandsIn(() => fromRoot(''));
const commandPictures = new Map<string, Promise<Buffer>>();

/** The pixels that `npm run generate` draws with seed 1; what is asked twice is drawn once. */
export function commandPicture({ prompt = PROMPT, steps, size }: Drawn, ...more: readonly string[]): Promise<Buffer> {
  const words = [
    ...[prompt, '--seed', '1'],
    ...(steps === undefined ? [] : ['--steps', String(steps)]),
    ...(size ? ['--width', String(size[0]), '--height', String(size[1])] : []),
    ...more,
  ];
  const key = words.join('\n');
  const drawn = commandPictures.get(key) ?? drawnByCommand(words);
  commandPictures.set(key, drawn);
  return drawn;
}

async function drawnByCommand(words: readonly string[]): Promise<Buffer> {
  const scratch = await scratchFolder();
  const out = join(scratch.path, 'command.png');
  const { status, stderr } = await generate(...words, '--out', out);
  assert.is(status, 0, stderr);
  const { data } = decode(await readFile(out));
  await scratch.remove();
  return Buffer.from(data as Uint8Array);
}

/** Fails where the pictures are not the same to 50 dB (peak signal-to-noise ratio of 8-bit pixels). */
export function same(a: Buffer, b: Buffer): void {
  assert.is(a.length, b.length);
  const squares = a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0);
  const level = 10 * Math.log10(255 ** 2 / (squares / a.length));
  assert.ok(level >= 50, `${level} dB`);
  console.log(`    ${level} dB`);
}

/** Writes a random model into `folder`, changed by `change` (a path's new bytes; `undefined` removes it). */
export async function writeRandomModel(
  folder: string,
  name: RandomModelName,
  change: (path: string, bytes: Uint8Array) => Uint8Array | undefined = (_, bytes) => bytes,
): Promise<string> {
  for (const [path, bytes] of await randomModelFiles(name)) {
    const changed = change(path, bytes);
    if (!changed) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), changed);
  }
  return folder;
}

/** Picks `folder` in the page, as a person does. */
export async function pick(page: Page, folder: string): Promise<void> {
  const input = await page.waitForSelector(byId('import'));
  await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(folder);
}
