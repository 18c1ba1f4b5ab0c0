/** A browser with the page open, for one test: nothing stored before, its own server, and every complaint collected. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type BrowserContext, type Page } from 'puppeteer-core';
import { test } from 'uvu';
import { CHROMIUM_FLAGS, requireChromium } from '../../build/chromium';
import { type Serving, serve } from '../../build/serve';
import { LATER_TIERS } from '../../build/wasmTiers';

export interface Visit {
  readonly page: Page;
  readonly url: string;
  /** Paths asked of the server, workers' requests included. */
  readonly requests: string[];
  /** Console errors, uncaught exceptions and failed requests, in the order in which they came. */
  readonly complaints: string[];
}

export interface VisitOptions {
  readonly width?: number;
  readonly height?: number;
  /** As in `navigator.language`. */
  readonly language?: string;
  readonly flags?: readonly string[];
  /**
   * Whether a browser that earlier tests of this file had will do, which saves starting one: in a context of its own, with nothing of
   * theirs, but with storage in memory alone.
   */
  readonly shared?: boolean;
  /** Run in the page before its own scripts. */
  readonly before?: string;
  /** Where in the served folder the page lies, as `some/path/`. */
  readonly below?: string;
  /** Put in front of the server: given its address, resolves to the one to open, and its end. */
  readonly front?: (url: string) => Promise<Serving>;
}

/** Serves `folder`, opens it, runs `work` and puts everything away again. */
export async function visit(
  folder: string,
  work: (visit: Visit) => Promise<void>,
  {
    width = 1280,
    height = 900,
    language = 'en-US',
    flags = [],
    shared = false,
    before,
    below = '',
    front,
  }: VisitOptions = {},
): Promise<void> {
  const requests: string[] = [];
  const server = await serve(folder, 0, (path) => requests.push(path));
  const fronted = await front?.(server.url);
  const url = `${fronted?.url ?? server.url}${below}`;
  const opened = await (shared ? sharedContext : ownBrowser)([
    ...[`--js-flags=${LATER_TIERS}`, `--lang=${language}`, `--accept-lang=${language}`],
    ...flags,
  ]);
  try {
    const page = await opened.context.newPage();
    await page.setViewport({ width, height });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warn') complaints.push(message.text());
    });
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`);
    });
    if (before !== undefined) await page.evaluateOnNewDocument(before);
    await page.goto(url);
    await work({ page, url, requests, complaints });
  } finally {
    await opened.close();
    await fronted?.close();
    await server.close();
  }
}

interface Opened {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** With its own profile on disk. */
async function ownBrowser(flags: readonly string[]): Promise<Opened & { readonly browser: Browser }> {
  const profile = await mkdtemp(join(tmpdir(), 'pocket-diffusion-'));
  const browser = await puppeteer.launch({
    executablePath: requireChromium(),
    userDataDir: profile,
    args: [...CHROMIUM_FLAGS, ...flags],
    defaultViewport: { width: 1280, height: 900 },
    protocolTimeout: 600_000,
  });
  return {
    browser,
    context: browser.defaultBrowserContext(),
    async close() {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Browsers of this file's tests, by their flags. */
const running = new Map<string, ReturnType<typeof ownBrowser>>();

test.after(async () => {
  for (const opened of running.values()) await (await opened).close();
});

/** One that has crashed is that test's failure; the next has another. */
async function sharedContext(flags: readonly string[]): Promise<Opened> {
  const key = flags.join(' ');
  const before = await running.get(key);
  if (before && !before.browser.connected) await before.close();
  if (!before?.browser.connected) running.set(key, ownBrowser(flags));
  const { browser } = await running.get(key)!;
  const context = await browser.createBrowserContext();
  return { context, close: () => (browser.connected ? context.close() : Promise.resolve()) };
}

/** The element with this `data-testid`. */
export const byId = (id: string): string => `[data-testid="${id}"]`;

/** Types `text` in place of what a field holds. */
export async function fill(page: Page, id: string, text: string): Promise<void> {
  await page.$eval(byId(id), (field) => (field as unknown as { select(): void }).select());
  await page.type(byId(id), text);
}

export const fieldOf = (page: Page, id: string): Promise<string> =>
  page.$eval(byId(id), (element) => (element as unknown as { value: string }).value);

export interface CanvasPixels {
  readonly width: number;
  readonly height: number;
  /** RGB, row by row. Alpha is checked to be 255. */
  readonly pixels: Buffer;
}

/** What the picture's canvas holds. Runs in the page as text: the specs are compiled without the DOM's types. */
export async function canvasPixels(page: Page): Promise<CanvasPixels> {
  const { width, height, base64 } = (await page.evaluate(`(() => {
    const canvas = document.querySelector('[data-testid="picture"]');
    const { width, height } = canvas;
    // A copy is read: reading the page's own canvas again and again would turn it slow, and Chromium says so.
    const copy = new OffscreenCanvas(width, height).getContext('2d');
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    let text = '';
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] !== 255) throw new Error('transparent pixel ' + i / 4);
      text += String.fromCharCode(data[i], data[i + 1], data[i + 2]);
    }
    return { width, height, base64: btoa(text) };
  })()`)) as { width: number; height: number; base64: string };
  return { width, height, pixels: Buffer.from(base64, 'base64') };
}
