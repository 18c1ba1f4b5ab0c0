/** The shelf with an engine that computes nothing (`fakeShelf.ts`): downloads, catalogs, licenses, what was left half done. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { byId } from './page';
import {
  addAddress,
  chosen,
  count,
  file,
  isThere,
  phase,
  press,
  says,
  shelfIn,
  text,
  unfold,
  upload,
  waitFor,
} from './shelfPage';

const ready = shelfIn(test, 'dist/spec-shelf-web');

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
    // The second try may fail between two looks at the page: what tells it is a problem that is not the first.
    await page.$eval(byId('problem'), (notice) => notice.setAttribute('data-first', ''));
    await press(page, 'try-again');
    await page.waitForSelector(`${byId('problem')}:not([data-first])`);
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
    await waitFor(page, `document.activeElement === document.querySelector('${byId('accept-license')}')`);
    await page.keyboard.press('Enter');
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

test('what an earlier visit left half done goes on from there: an import with its file, a download by itself', () =>
  ready(async ({ page }) => {
    await upload(page, 'open-file', await file('halfway.safetensors'));
    await addAddress(page, 'https://example.org/half.safetensors');
    await waitFor(page, says('job', /Converting/));
    await waitFor(page, `document.querySelectorAll('${byId('job')}').length === 2`);
    await waitFor(page, `Number(document.querySelector('${byId('job')} ${byId('progress')}').ariaValueNow) >= 50`);
    await page.reload(); // The last steps that were told may not have been kept.
    await waitFor(page, `document.querySelectorAll('${byId('interrupted')}').length === 2`);
    await upload(page, 'resume-file', await file('halfway.safetensors'));
    await page.waitForSelector(phase('converting'));
    // What is told first is where it goes on.
    const told = `Number(document.querySelector('${byId('job')} ${byId('progress')}')?.ariaValueNow ?? 0)`;
    await waitFor(page, `${told} > 0`);
    assert.ok(await page.evaluate(`${told} >= 30`));
    await waitFor(page, `document.querySelectorAll('${byId('interrupted')}').length === 1`);
    await press(page, 'resume');
    await page.waitForSelector(phase('downloading'));
    await waitFor(page, chosen('halfway'));
    await waitFor(page, chosen('half1'));
    await waitFor(page, `!document.querySelector('${byId('interrupted')}')`);
  }));

test.run();
