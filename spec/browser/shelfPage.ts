/** The page with an engine that computes nothing, as the specs of the shelf drive it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundlePageWith } from '../../build/bundle';
import { byId, type Visit, type VisitOptions, visit } from './page';

/** Bundles the page into `folder` for the specs of `test`; what it returns is a visit there whose demo model is ready. */
export function shelfIn(test: Test, folder: string) {
  test.before(() => bundlePageWith('spec/browser/fakeEngine.worker.ts', folder));
  test.after(removeFiles);
  /** Complaints of the browser fail it. */
  return (work: (visit: Visit) => Promise<void>, options?: VisitOptions): Promise<void> =>
    visit(
      folder,
      async (opened) => {
        await opened.page.waitForSelector(byId('model'));
        await work(opened);
        assert.equal(opened.complaints, []);
      },
      { ...options, shared: true },
    );
}

let scratch: string | undefined;

/** A file of a few bytes by this name, below a folder that goes with the spec. */
export async function file(name: string): Promise<string> {
  scratch ??= await mkdtemp(join(tmpdir(), 'shelf-'));
  const path = join(scratch, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, 'weights');
  return path;
}

const removeFiles = async (): Promise<void> => {
  if (scratch) await rm(scratch, { recursive: true });
};

export async function upload(page: Page, id: string, path: string): Promise<void> {
  const input = await page.waitForSelector(byId(id));
  await (input as unknown as { uploadFile(path: string): Promise<void> }).uploadFile(path);
}

/** Files held above the page and let go. */
export async function drop(page: Page, ...files: readonly string[]): Promise<void> {
  const session = await page.createCDPSession();
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 100, y: 100, data });
}

export const text = (page: Page, id: string): Promise<string> =>
  page.$eval(byId(id), (element) => (element as { textContent: string | null }).textContent ?? '');
export const count = async (page: Page, id: string): Promise<number> => (await page.$$(byId(id))).length;
export const isThere = async (page: Page, id: string): Promise<boolean> => (await count(page, id)) > 0;
export const waitFor = (page: Page, condition: string) => page.waitForFunction(condition);
export const chosen = (name: string): string =>
  `document.querySelector('${byId('model')}[data-chosen="true"]')?.textContent.startsWith(${JSON.stringify(name)})`;
export const says = (id: string, pattern: RegExp): string =>
  `${pattern}.test(document.querySelector('${byId(id)}')?.textContent ?? '')`;
/** Presses what may lie outside the window. */
export const press = (page: Page, id: string): Promise<void> =>
  page.$eval(byId(id), (element) => (element as unknown as { click(): void }).click());
export const unfold = (page: Page, id: string): Promise<void> =>
  page.$eval(`${byId(id)} > summary`, (element) => (element as unknown as { click(): void }).click());
/** A drawing of `echo` (fakeEngine.worker.ts), which says what arrived at the engine, to its end. */
export async function draws(page: Page, expected: RegExp): Promise<void> {
  await page.waitForSelector(byId('draw'));
  await press(page, 'draw');
  await waitFor(page, says('cut', expected));
  await page.waitForSelector(byId('save'));
  await page.waitForSelector(byId('draw'));
}
/** One of those by `id` is called `name` now, which none was. */
export const renamed = (id: string, name: string): string =>
  `[...document.querySelectorAll('${byId(id)}')].some(({ textContent }) => textContent.includes('${name}'))`;
export const phase = (name: string): string => `${byId('job')}[data-phase="${name}"]`;

export async function openModel(page: Page, name: string): Promise<void> {
  await upload(page, 'open-file', await file(`${name}.safetensors`));
  await waitFor(page, chosen(name));
}

export async function addAddress(page: Page, url: string): Promise<void> {
  if (!(await page.$eval(byId('web-models'), (fold) => (fold as unknown as { open: boolean }).open)))
    await unfold(page, 'web-models');
  await page.type(byId('address'), url);
  await press(page, 'add-address');
}

export const aboutLast = (page: Page): Promise<unknown> =>
  page.evaluate(`[...document.querySelectorAll('${byId('about')}')].at(-1).click()`);
