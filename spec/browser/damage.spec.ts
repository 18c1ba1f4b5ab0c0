/** What is broken, from the outside in: each time words, nothing half kept, and a page that still draws. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundle } from '../../build/bundle';
import { STATE_BYTES, STATE_FIRST } from '../../workers/kernels/layout';
import { asJson } from '../models/randomModel';
import { writeLyingModel, writeSparseModel } from '../models/singleFile/sparseModel';
import { inDatabase, keptKeys } from './database';
import { begin, draw, PATIENCE, pick, problem, ready, scratchFolder, textOf, writeRandomModel } from './enginePage';
import { byId, visit } from './page';
import { upload } from './shelfPage';

const FOLDER = 'dist/spec-damage';
const FEW = { steps: 2 };
const UNET = 'unet/diffusion_pytorch_model.safetensors';

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
test.before(async () => {
  scratch = await scratchFolder();
  await bundle(FOLDER, await writeRandomModel(join(scratch.path, 'demo'), 'B'));
});
test.after(() => scratch.remove());

const SDXL = asJson({ _class_name: 'StableDiffusionXLPipeline', text_encoder_2: ['transformers', 'CLIPTextModel'] });

const FOLDERS = [
  [
    'a UNet file that breaks off',
    'bad-model',
    /: This model’s files are damaged or incomplete \(unet/,
    (path: string, bytes: Uint8Array) => (path === UNET ? bytes.subarray(0, bytes.length - 1000) : bytes),
  ],
  [
    'a VAE file that breaks off within its header',
    'bad-model',
    /: This model’s files are damaged or incomplete \(vae/,
    (path: string, bytes: Uint8Array) => (path.startsWith('vae/diff') ? bytes.subarray(0, 100) : bytes),
  ],
  [
    'an SDXL folder',
    'unsupported-model',
    /only Stable Diffusion 1\.x can\. Found: .*StableDiffusionXLPipeline/,
    (path: string, bytes: Uint8Array) => (path === 'model_index.json' ? SDXL : bytes),
  ],
  [
    'a folder without model_index.json',
    'bad-model',
    /: This model’s files are damaged or incomplete \(.*model_index\.json/,
    (path: string, bytes: Uint8Array) => (path === 'model_index.json' ? undefined : bytes),
  ],
] as const;

/** Waits for the problem, and looks at what is left: nothing more than `before`. */
async function saidAndGone(page: Page, name: string, code: string, words: RegExp, before: unknown): Promise<void> {
  assert.match(await problem(page, code), words, name);
  assert.equal(await keptKeys(page), before, name);
  assert.is((await page.$$(byId('model'))).length, 1, name);
  await page.click(byId('dismiss'));
}

test('folders that are none, or broken, are said in words; nothing of them is kept, and the page draws on', () =>
  ready(FOLDER, async ({ page }) => {
    const before = await keptKeys(page);
    for (const [name, code, words, change] of FOLDERS) {
      await pick(page, await writeRandomModel(join(scratch.path, name.replaceAll(' ', '-')), 'A', change));
      await saidAndGone(page, name, code, words, before);
    }
    await draw(page, FEW);
    assert.not(await page.$(byId('problem')));
  }));

const CLAIM = 2n ** 60n;
const FILES = [
  [
    'a file of 2 GB that breaks off',
    /: This model’s files are damaged or incomplete \(broken\.safetensors\)/,
    (path: string) => writeSparseModel(path, 1_500_000_000),
  ],
  [
    'a file of 2 GB whose header claims 2^60 bytes',
    /broken\.safetensors is not a safetensors file; it looks like a header that claims 1152921504606846976 bytes/,
    (path: string) => writeLyingModel(path, CLAIM),
  ],
  [
    'a page of the web that was saved as a model',
    /broken\.safetensors is not a safetensors file; it looks like a web page/,
    (path: string) => writeFile(path, '<!doctype html><title>Sign in</title>'),
  ],
] as const;

test('files that are none, or broken, are said in words; nothing of them is kept, and the page draws on', () =>
  ready(FOLDER, async ({ page }) => {
    const before = await keptKeys(page);
    const path = join(scratch.path, 'broken.safetensors');
    for (const [name, words, write] of FILES) {
      await write(path);
      await upload(page, 'open-file', path);
      await saidAndGone(page, name, 'bad-model', words, before);
    }
    await draw(page, FEW);
  }));

test('a flipped byte in the store is found and said; one press brings the demo model back', () =>
  ready(FOLDER, async ({ page }) => {
    const before = await keptKeys(page);
    await inDatabase(
      page,
      `(store, done) => {
        // The largest chunk is the UNet's.
        store.getAllKeys().onsuccess = ({ target }) => {
          const chunks = target.result.filter((key) => key.startsWith('chunk:'));
          const found = [];
          for (const key of chunks) store.get(key).onsuccess = (got) => {
            found.push([key, got.target.result]);
            if (found.length < chunks.length) return;
            const [largest, bytes] = found.sort((a, b) => b[1].byteLength - a[1].byteLength)[0];
            new Uint8Array(bytes)[1234] ^= 1;
            store.put(bytes, largest);
          };
        };
      }`,
    );
    await begin(page, FEW);
    assert.match(await problem(page, 'corrupt-store'), /^The stored copy of this model is damaged/);
    await page.click(byId('renew'));
    await page.waitForFunction(`!document.querySelector('${byId('model')}')`, PATIENCE);
    await page.waitForSelector(byId('model'), PATIENCE);
    assert.equal(await keptKeys(page), before);
    await draw(page, FEW);
  }));

test('a worker that is killed while drawing is said, and the next picture gets a fresh one', () =>
  ready(FOLDER, async ({ page }) => {
    await begin(page, { steps: 900 });
    await page.waitForFunction(`/^Step/.test(document.querySelector('${byId('phase')}')?.textContent)`, PATIENCE);
    // The one that draws and the one that minds the shelf: from here they look the same.
    const engines = page.workers().filter((worker) => worker.url().endsWith('engine.worker.js'));
    assert.ok(engines.length > 0);
    for (const worker of engines) await worker.close();
    assert.match(await problem(page, 'worker-died'), /^The engine stopped unexpectedly/);
    await draw(page, FEW);
  }));

/** A thread that takes a tile of each record, and does nothing of it. */
const IDLE = `let numbers;
self.onmessage = ({ data: { type, memory, begin, end, state, threads } }) => {
  if (type === 'memory') numbers = new Int32Array(memory.buffer);
  for (let record = begin; record < end; record++) {
    const at = (state + ${STATE_FIRST} + ${STATE_BYTES} * record) / 4;
    Atomics.add(numbers, at, 1);
    Atomics.add(numbers, at + 1, 1);
    Atomics.notify(numbers, at + 1);
    while (Atomics.load(numbers, at + 1) < threads && Atomics.load(numbers, state / 4) === 0);
  }
  self.postMessage(0);
};`;

for (const [what, program] of [
  ['leave things undone', IDLE],
  ['throw', 'self.onmessage = () => { throw new Error("broken"); };'],
] as const) {
  test(`threads that ${what} fail the self-test, and are neither used nor kept`, async () => {
    const path = join(FOLDER, 'kernels.worker.js');
    const right = await readFile(path);
    await writeFile(path, program);
    await visit(FOLDER, async ({ page, requests }) => {
      await page.waitForSelector(byId('why-wasm-int8'), PATIENCE);
      assert.match(await textOf(page, 'why-wasm-int8'), /^CPU, 8 bits: it miscalculated a test/);
      assert.ok(requests.includes('/kernels.worker.js'), 'they were there');
      const left = page.workers().map((worker) => worker.url());
      assert.not.ok(
        left.some((url) => url.endsWith('kernels.worker.js')),
        left.join(', '),
      );
      await page.waitForSelector(byId('model'), PATIENCE);
      await draw(page, FEW);
    });
    await writeFile(path, right);
  });
}

test.run();
