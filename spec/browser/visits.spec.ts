/** First visits, second visits, other people's models, other addresses: with a small random model in the demo's place. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { keptOrigins } from './database';
import {
  begin,
  commandPicture,
  draw,
  PATIENCE,
  pick,
  ready,
  same,
  scratchFolder,
  textOf,
  writeRandomModel,
} from './enginePage';
import { haltHalfWay } from './haltingServer';
import { byId, type Visit, visit } from './page';

/** Served from below, so that the page can lie at the top or in a sub-path. */
const SITE = 'dist/spec-visits';
const SUB_PATH = 'some/path/';
const FOLDER = `${SITE}/${SUB_PATH.slice(0, -1)}`;
const FEW = { steps: 3 };

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
let demo: string;
test.before(async () => {
  scratch = await scratchFolder();
  demo = await writeRandomModel(join(scratch.path, 'random-b'), 'B');
  await bundle(FOLDER, demo);
});
test.after(() => scratch.remove());

const weightsAsked = (requests: readonly string[]): string[] =>
  requests.filter((path) => path.endsWith('.safetensors'));

async function revisit({ page, requests }: Visit): Promise<void> {
  requests.length = 0;
  await page.reload();
  await page.waitForSelector(byId('model'), PATIENCE);
}

test('the second visit converts nothing, fetches nothing of the model, and draws the same', () =>
  ready(FOLDER, async (opened) => {
    const { page, requests } = opened;
    const first = await draw(page, FEW);
    same(first, await commandPicture(FEW, '--model', demo));
    assert.is(weightsAsked(requests).length, 3);
    await revisit(opened);
    assert.equal(Buffer.compare(await draw(page, FEW), first), 0);
    assert.equal(weightsAsked(requests), []);
  }));

test('a page in a sub-path finds its worker, ORT and the model', () =>
  ready(
    SITE,
    async ({ page, requests }) => {
      assert.is(await page.evaluate('crossOriginIsolated'), true);
      await draw(page, FEW);
      assert.equal(
        requests.filter((path) => !path.startsWith(`/${SUB_PATH}`)),
        [],
      );
      assert.ok(requests.some((path) => path.endsWith('.wasm')));
    },
    { below: SUB_PATH },
  ));

test('the very files of the demo model, picked as a folder, are the same model, and still the demo at the next visit', () =>
  ready(FOLDER, async (opened) => {
    const { page, requests } = opened;
    await pick(page, demo);
    for (let attempt = 0; attempt < 300 && !(await keptOrigins(page)).includes('folder'); attempt += 1) {
      await page.waitForNetworkIdle({ idleTime: 100 });
    }
    assert.is((await page.$$(byId('model'))).length, 1);
    await revisit(opened);
    assert.match(await textOf(page, 'model'), /^Built-in demo model/);
    assert.is((await page.$$(byId('model'))).length, 1);
    assert.equal(weightsAsked(requests), []);
  }));

test('another folder is converted, kept, chosen again at the next visit, and draws as the command does', () =>
  ready(FOLDER, async (opened) => {
    const { page } = opened;
    const folder = await writeRandomModel(join(scratch.path, 'random-a'), 'A');
    await pick(page, folder);
    await page.waitForFunction(`document.querySelectorAll('${byId('model')}').length === 2`, PATIENCE);
    same(await draw(page, FEW), await commandPicture(FEW, '--model', folder));
    await revisit(opened);
    await page.waitForFunction(
      `document.querySelector('${byId('model')}[data-chosen="true"]')?.textContent?.includes('random-a')`,
      PATIENCE,
    );
  }));

test('a cancel is heard between two steps, and the next picture is right', () =>
  ready(FOLDER, async ({ page }) => {
    await begin(page, { steps: 900 });
    await page.waitForFunction(`/^Step/.test(document.querySelector('${byId('phase')}')?.textContent)`, PATIENCE);
    await page.click(byId('cancel'));
    await page.waitForSelector(byId('draw'), { timeout: 30_000 });
    assert.not(await page.$(byId('problem')));
    same(await draw(page, FEW), await commandPicture(FEW, '--model', demo));
  }));

test('while the demo model arrives, the bar shows how far it is and how long it takes', () => {
  const halting = haltHalfWay('demo/unet/diffusion_pytorch_model.safetensors');
  return visit(
    FOLDER,
    async ({ page, complaints }) => {
      const bar = `Number(document.querySelector('${byId('progress')}')?.getAttribute('aria-valuenow'))`;
      await page.waitForFunction(`${bar} > 0`, PATIENCE);
      assert.match(await textOf(page, 'phase'), /^Downloading the demo model \(\d+ MB\)$/);
      await page.waitForFunction(
        `document.querySelector('${byId('time-left')}').textContent.endsWith('left')`,
        PATIENCE,
      );
      const half = Number(await page.evaluate(bar));
      assert.ok(half > 0 && half < 80, `${half} %`); // four fifths is all of the download
      halting.goOn();
      await page.waitForSelector(byId('model'), PATIENCE);
      assert.equal(complaints, []);
    },
    { front: halting.front },
  );
});

test('a demo model that does not arrive is said, and comes at the next try', () =>
  visit(FOLDER, async ({ page }) => {
    const unet = join(FOLDER, 'demo/unet/diffusion_pytorch_model.safetensors');
    await page.waitForSelector(byId('model'), PATIENCE);
    await rename(unet, `${unet}.away`);
    try {
      await page.click(byId('delete'));
      await page.waitForSelector(byId('prepare-demo'));
      await page.click(byId('prepare-demo'));
      await page.waitForSelector(`${byId('problem')}[data-code="download-failed"]`, PATIENCE);
      assert.match(await textOf(page, 'problem'), /^The demo model did not arrive \(unet.*HTTP 404\)/);
    } finally {
      await rename(`${unet}.away`, unet);
    }
    await page.click(byId('try-again'));
    await page.waitForSelector(byId('model'), PATIENCE);
    await draw(page, FEW);
  }));

test.run();
