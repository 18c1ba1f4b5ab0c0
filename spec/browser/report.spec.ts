/** The quality report in a browser: it fits a phone, runs nothing, asks for nothing, and shows all its pictures. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer, { type Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CHROMIUM_FLAGS, requireChromium } from '../../build/chromium';
import { reportHtml } from '../../models/quantize/report/reportHtml';
import { EXAMPLE, HOSTILE } from '../models/quantize/report/exampleReport';

interface Opened {
  readonly page: Page;
  /** What was asked for, the report itself first and pictures that it holds left out. */
  readonly requests: string[];
  readonly complaints: string[];
}

/** Opens the example from the disk, as its readers do, with everything unfolded. */
async function report(width: number, work: (opened: Opened) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pocket-diffusion-'));
  const file = join(folder, 'report.html');
  await writeFile(file, reportHtml(EXAMPLE));
  const browser = await puppeteer.launch({
    executablePath: requireChromium(),
    userDataDir: join(folder, 'profile'),
    args: [...CHROMIUM_FLAGS],
    defaultViewport: { width, height: 900 },
  });
  try {
    const page = await browser.newPage();
    const [requests, complaints]: [string[], string[]] = [[], []];
    page.on('request', (request) => {
      if (!request.url().startsWith('data:')) requests.push(basename(request.url()));
    });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('dialog', (dialog) => complaints.push(dialog.message()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(pathToFileURL(file).href);
    await page.evaluate(`document.querySelectorAll('details').forEach((some) => { some.open = true; })`);
    await work({ page, requests, complaints });
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

for (const width of [360, 390, 1280]) {
  test(`at ${width} pixels nothing is wider than the screen, neither the page nor a table in it`, () =>
    report(width, async ({ page }) => {
      const wide = await page.evaluate(
        `[...document.querySelectorAll('html, .scroll, h1, figcaption, dd')].filter((some) => some.scrollWidth > some.clientWidth)
          .map((some) => some.tagName + ' ' + some.textContent.slice(0, 40))`,
      );
      assert.equal(wide, []);
    }));
}

test('a hostile prompt is read as it was typed; nothing runs, nothing is fetched, every picture is there', () =>
  report(390, async ({ page, requests, complaints }) => {
    const text = (await page.evaluate('document.body.textContent')) as string;
    assert.ok(text.split(HOSTILE).length > 2);
    assert.is(await page.evaluate('document.scripts.length'), 0);
    assert.equal(complaints, []);
    assert.equal(requests, ['report.html']);
    const widths = await page.evaluate('[...document.images].map((image) => image.naturalWidth)');
    assert.equal(widths, Array(3 * EXAMPLE.worst.length).fill(64));
  }));

test('paper is light by day and dark by night, and text stands out from it by 4.5 : 1 or more', () =>
  report(1280, async ({ page }) => {
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      const [paper, ...inks] = (await page.evaluate(`[
        getComputedStyle(document.querySelector('section')).backgroundColor,
        ...['h2', 'p', 'th', 'td', 'summary', 'small'].map((tag) => getComputedStyle(document.querySelector('section ' + tag)).color),
      ]`)) as string[];
      assert.is(luminance(paper!) > 0.5, scheme === 'light', paper);
      for (const ink of inks) {
        const [dark, light] = [luminance(paper!), luminance(ink)].sort((a, b) => a - b) as [number, number];
        assert.ok((light + 0.05) / (dark + 0.05) >= 4.5, `${ink} on ${paper}`);
      }
    }
  }));

/** Relative luminance of `rgb(r, g, b)`: WCAG 2.2. */
function luminance(color: string): number {
  const [r, g, b] = color.match(/\d+/g)!.map((level) => {
    const share = Number(level) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test.run();
