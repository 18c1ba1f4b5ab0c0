/**
 * Browsers whose private files are less than Chromium's: without a shared way to read them (Safari, Firefox; another tab
 * has the file for itself), and without synchronous handles. Made of Chromium by a worker that takes away what they lack.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scratchFolder } from './enginePage';
import { bundleStore, filesKept, storeVisit, type Tab } from './storePage';

const FOLDER = 'dist/spec-old-browsers';

/** What each lacks, run in the worker before the engine. */
const WORKERS = {
  // Nobody else's handles are shared: each read finds the file taken, and must go through a Blob. Counts those bytes.
  taken: `
    const { prototype } = FileSystemFileHandle;
    const own = prototype.createSyncAccessHandle;
    prototype.createSyncAccessHandle = function (options) {
      if (options?.mode !== 'read-only') return own.call(this, options);
      return Promise.reject(new DOMException('taken', 'NoModificationAllowedError'));
    };
    const read = FileReaderSync.prototype.readAsArrayBuffer;
    const told = new BroadcastChannel('read by blob');
    FileReaderSync.prototype.readAsArrayBuffer = function (blob) {
      told.postMessage(blob.size);
      return read.call(this, blob);
    };`,
  handleless: 'delete FileSystemFileHandle.prototype.createSyncAccessHandle;',
} as const;

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
test.before(async () => {
  scratch = await scratchFolder();
  await bundleStore(FOLDER, join(scratch.path, 'models'));
  for (const [name, lack] of Object.entries(WORKERS)) {
    await writeFile(join(FOLDER, `${name}.js`), lack);
    await writeFile(join(FOLDER, `${name}.worker.js`), `import './${name}.js';\nimport './engine.worker.js';\n`);
  }
});
test.after(() => scratch.remove());

/** Imports a model and draws with it; the picture, and where the model lies. */
async function drawn(tab: Tab): Promise<{ pixels: string; files: number }> {
  const last = await tab.import('random-B');
  assert.is(last.type, 'imported', JSON.stringify(last));
  const { id } = last.model!;
  const { type, pixels } = await tab.draw(id);
  assert.is(type, 'finished');
  assert.is((await tab.verify(id)).type, 'verified');
  return { pixels, files: await filesKept(tab) };
}

let right = '';

test('as it is, nothing goes through a Blob', () =>
  storeVisit(FOLDER, 'opfs', async (tab) => {
    const { pixels, files } = await drawn(tab);
    right = pixels;
    assert.is(files, 4);
  }));

test('a file that somebody else has for himself is read through a Blob, whole and right', () =>
  storeVisit(
    FOLDER,
    'opfs',
    async (tab) => {
      await tab.run(`{
        globalThis.bytes = 0;
        new BroadcastChannel('read by blob').onmessage = ({ data }) => { globalThis.bytes += data; };
      }`);
      const { pixels, files } = await drawn(tab);
      assert.is(files, 4);
      assert.ok(right.length > 1000 && pixels === right, 'the same picture');
      // B's networks are 6 MB. Checked at the draw, read into the heap, and verified: but for the encoder, three times.
      const read = await tab.run<number>('globalThis.bytes');
      assert.ok(read > 12e6 && read < 20e6, `${read} bytes`);
      // And what lies there can be told to be damaged.
      const [model] = await tab.models();
      await tab.run(`(async () => {
        const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
        for await (const handle of folder.values()) {
          const writable = await handle.createWritable({ keepExistingData: true });
          await writable.write({ type: 'write', position: 5, data: new Uint8Array([255, 254, 253]) });
          await writable.close();
        }
      })()`);
      assert.is((await tab.verify(model!.id)).code, 'corrupt-store');
    },
    { worker: 'taken.worker.js' },
  ));

test('where files have no synchronous handles all lies in IndexedDB, and draws the same', () =>
  storeVisit(
    FOLDER,
    'opfs',
    async (tab) => {
      const { pixels, files } = await drawn(tab);
      assert.is(files, 0);
      assert.ok(right.length > 1000 && pixels === right, 'the same picture');
    },
    { worker: 'handleless.worker.js' },
  ));

test.run();
