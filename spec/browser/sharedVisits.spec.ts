/** Visits that share a browser: none finds what another left, and a browser that died is that visit's failure alone. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Visit, visit } from './page';

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visits-'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>blank</title><link rel="icon" href="data:,">');
});
test.after(() => rm(folder, { recursive: true }));

const browsers: Browser[] = [];
const shared = (work: (visit: Visit) => Promise<void>): Promise<void> =>
  visit(
    folder,
    async (opened) => {
      browsers.push(opened.page.browser());
      await work(opened);
    },
    { shared: true },
  );

test('a visit finds nothing of the one before, in the same browser', async () => {
  for (let i = 0; i < 2; i += 1) {
    // Of all that a page keeps, cookies alone are the same for every port, and each visit has a server of its own.
    await shared(async ({ page }) => {
      assert.is(await page.evaluate('document.cookie'), '');
      await page.evaluate(`document.cookie = 'left=here; max-age=1000'`);
      assert.is(await page.evaluate('document.cookie'), 'left=here');
    });
  }
  assert.is(browsers[1], browsers[0]);
});

test('a browser that dies fails its visit; the next has another', async () => {
  const died = await shared(async ({ page }) => {
    page.browser().process()!.kill('SIGKILL');
    await page.evaluate('new Promise(() => {})');
  }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.instance(died, Error);
  await shared(async ({ page }) => assert.is(await page.title(), 'blank'));
  assert.is.not(browsers.at(-1), browsers.at(-2));
});

test.run();
