/** A blank page with the engine's client, for specs of what is stored: models served as folders, tabs to open and kill. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'puppeteer-core';
import { bundle } from '../../build/bundle';
import type { Failure, ImageRequest, ModelSummary, StorageReport } from '../../workers/api';
import { DEFAULTS } from '../../workers/request';
import type { RandomModelName } from '../models/randomModel';
import { writeRandomModel } from './enginePage';
import { type Visit, type VisitOptions, visit } from './page';

export type ShelfName = 'idb' | 'opfs';
export const SHELVES: readonly ShelfName[] = ['idb', 'opfs'];

/** Puts the page, the client and the random models into `folder`. */
export async function bundleStore(folder: string, scratch: string): Promise<void> {
  await bundle(folder, await writeRandomModel(join(scratch, 'demo'), 'B'));
  await build({
    entryPoints: ['spec/browser/storeClient.ts'],
    outfile: join(folder, 'store-client.js'),
    ...{ bundle: true, format: 'esm', platform: 'browser', target: 'chrome114' },
  });
  await writeFile(join(folder, 'blank.html'), '<!doctype html><title>store</title>');
  for (const name of ['A', 'B'] as const) await serveModel(join(folder, `random-${name}`), name);
}

async function serveModel(folder: string, name: RandomModelName): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeRandomModel(folder, name);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const below = paths.map((path) => path.slice(folder.length + 1)).filter((path) => path !== 'index.json');
  await writeFile(join(folder, 'index.json'), JSON.stringify(below));
}

/** Opens a browser with one tab and hands it to `work`. `worker`: what is served in place of the engine's. */
export const storeVisit = (
  folder: string,
  shelf: ShelfName,
  work: (tab: Tab, visit: Visit) => Promise<void>,
  { worker, ...options }: VisitOptions & { readonly worker?: string } = {},
): Promise<void> =>
  visit(folder, async (opened) => work(await Tab.in(opened.page), opened), {
    ...options,
    below: `blank.html?store=${shelf}${worker ? `&worker=${worker}` : ''}`,
  });

/** A tab with an engine of its own. */
export class Tab {
  private constructor(readonly page: Page) {}

  static async in(page: Page): Promise<Tab> {
    await page.evaluate(`import('./store-client.js')`);
    return new Tab(page);
  }

  /** Another tab of the same browser. */
  async another(): Promise<Tab> {
    const page = await this.page.browser().newPage();
    await page.goto(this.page.url());
    return Tab.in(page);
  }

  /** Ends this tab in the middle of whatever it does, and opens another. */
  async kill(): Promise<Tab> {
    const next = await this.page.browser().newPage();
    const url = this.page.url();
    await this.page.close();
    await next.goto(url);
    return Tab.in(next);
  }

  /** Evaluates an expression in which `engine`, `follow` and `importFolder` are known. */
  run<T>(expression: string): Promise<T> {
    return this.page.evaluate(expression) as Promise<T>;
  }

  /** Imports a served folder to the end; resolves to its last event. */
  import(folder: string): Promise<LastEvent> {
    return this.run(`importFolder('${folder}').then((job) => job.done)`);
  }

  models(): Promise<ModelSummary[]> {
    return this.run('engine.models()');
  }

  storage(): Promise<StorageReport> {
    return this.run('engine.storage()');
  }

  /** Resolves to the last event: `verified`, or why not. */
  verify(id: string): Promise<LastEvent> {
    return this.run(`follow((signal) => engine.verify('${id}', signal)).done`);
  }

  /** Draws a small picture; resolves to the last event, and the pixels where there are any. */
  draw(id: string, change: Partial<ImageRequest> = {}): Promise<LastEvent & { readonly pixels: string }> {
    const request = { ...DEFAULTS, prompt: 'a cat', seed: 1, steps: 2, width: 64, height: 64, ...change };
    return this.run(`(async () => {
      const job = follow((signal) => engine.draw('${id}', 'wasm', ${JSON.stringify(request)}, signal));
      globalThis.drawing = job;
      const last = await job.done;
      const picture = job.events.find(({ type }) => type === 'image')?.picture;
      return { ...last, pixels: picture ? picture.pixels.join() : '' };
    })()`);
  }

  /**
   * Lets the site keep no more than `bytes`; without them, as much as before. `estimate()` does not tell, and IndexedDB
   * looks again only after a while: call it before anything is stored.
   */
  async limitStorage(bytes?: number): Promise<void> {
    const client = await this.page.createCDPSession();
    const { origin } = new URL(this.page.url());
    await client.send('Storage.overrideQuotaForOrigin', { origin, ...(bytes !== undefined && { quotaSize: bytes }) });
  }

  /** Waits until `expression` is true. */
  async until(expression: string): Promise<void> {
    await this.page.waitForFunction(expression, { timeout: 60_000, polling: 5 });
  }
}

export type LastEvent = { readonly type: string; readonly model?: ModelSummary } & Partial<Failure>;

/** How many files lie in OPFS. */
export const filesKept = (tab: Tab): Promise<number> =>
  tab.run(`(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('models', { create: true });
    let count = 0;
    for await (const _ of folder.keys()) count += 1;
    return count;
  })()`);
