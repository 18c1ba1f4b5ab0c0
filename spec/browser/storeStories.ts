/** Stories of what is stored, in Chromium: tabs killed, disks full, bytes changed, models deleted under a reader. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inDatabase } from './database';
import { scratchFolder } from './enginePage';
import { bundleStore, filesKept, type ShelfName, storeVisit, type Tab } from './storePage';

/** Runs `change` on the bytes of every file of the store that is at least `from` bytes long. */
const inFiles = (tab: Tab, from: number, change: string): Promise<unknown> =>
  tab.run(`(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('models');
    for await (const handle of folder.values()) {
      const file = await handle.getFile();
      if (file.size < ${from}) continue;
      const bytes = (${change})(new Uint8Array(await file.arrayBuffer()));
      const writable = await handle.createWritable();
      await writable.write(bytes);
      await writable.close();
    }
  })()`);

/** The same of the chunks in IndexedDB: the UNet's of model A are one of 16 MiB and a rest. */
const inChunks = (tab: Tab, change: string): Promise<unknown> =>
  inDatabase(
    tab.page,
    `(store, done) => {
      store.getAllKeys().onsuccess = ({ target }) => {
        const keys = target.result.filter((key) => key.startsWith('chunk:'));
        const chunks = new Map();
        for (const key of keys) store.get(key).onsuccess = (got) => {
          chunks.set(key, got.target.result);
          if (chunks.size < keys.length) return;
          (${change})(chunks, (key, bytes) => store.put(bytes, key));
        };
      };
    }`,
  );

async function imported(tab: Tab, folder: string): Promise<string> {
  const last = await tab.import(folder);
  assert.is(last.type, 'imported', JSON.stringify(last));
  return last.model!.id;
}

/** Begins an import and kills its tab. On a busy machine the kill may come too late: then once more. */
async function killedMidway(tab: Tab): Promise<Tab> {
  await tab.run(`importFolder('random-A').then((job) => { globalThis.job = job; })`);
  await tab.until(`globalThis.job?.events.some(({ stage }) => stage === 'vae_decoder')`);
  const next = await tab.kill();
  const [model] = await next.models();
  if (!model) return next;
  await next.run(`engine.deleteModel('${model.id}')`);
  await next.run('engine.freeUp()');
  return killedMidway(next);
}

/** Those whose ways differ from shelf to shelf; the others are told of one in `npm test`, and of the other by `npm run test:slow`. */
export const OF_EITHER = /^(a model lies|an import whose tab|a full disk|one changed byte)/;

/** Tests, and their end: on each of `shelves` those that it is `told` of. Bundles into `folder`. */
export function storeStories(folder: string, shelves: Partial<Record<ShelfName, (sentence: string) => boolean>>): void {
  let scratch: Awaited<ReturnType<typeof scratchFolder>>;
  test.before(async () => {
    scratch = await scratchFolder();
    await bundleStore(folder, join(scratch.path, 'models'));
  });
  test.after(() => scratch.remove());
  for (const [shelf, told] of Object.entries(shelves)) storiesOn(folder, shelf as ShelfName, told);
  test.run();
}

function storiesOn(folder: string, shelf: ShelfName, told: (sentence: string) => boolean): void {
  const story = (sentence: string, work: (tab: Tab) => Promise<void>): void => {
    if (told(sentence)) test(`${shelf}: ${sentence}`, () => storeVisit(folder, shelf, work));
  };

  story(
    'a model lies where it should, is drawn with, verified, and taken out as a file that is the same model',
    async (tab) => {
      const id = await imported(tab, 'random-B');
      assert.is(await filesKept(tab), shelf === 'opfs' ? 4 : 0);
      const drawn = await tab.draw(id);
      assert.is(drawn.type, 'finished', JSON.stringify(drawn).slice(0, 300));
      assert.is((await tab.verify(id)).type, 'verified');
      const again = await tab.run<{ type: string; model?: { id: string } }>(`(async () => {
      const { file } = await follow((signal) => engine.exportModel('${id}', signal)).done;
      // Read before the model goes: the blob is the store's own bytes.
      const copy = new Blob([await file.arrayBuffer()]);
      await engine.deleteModel('${id}');
      const files = [{ path: 'copy.safetensors', file: copy }];
      return follow((signal) => engine.importModel(files, {}, signal)).done;
    })()`);
      assert.equal([again.type, again.model?.id], ['imported', id]);
      assert.is((await tab.draw(id)).pixels, drawn.pixels);
    },
  );

  story('an import whose tab is killed goes on in the next, and is whole', async (tab) => {
    const next = await killedMidway(tab);
    const [left] = (await next.storage()).freeable;
    assert.is(left?.kind, 'import');
    assert.ok(left!.bytes > 20e6, `${left?.bytes} bytes`);
    const first = await next.run<{ type: string; stage?: string }>(
      `importFolder('random-A').then(async (job) => { await job.done; return job.events[0]; })`,
    );
    // The tab may have been killed when nothing but the manifest was missing.
    assert.ok(first.type === 'imported' || first.stage?.startsWith('vae_'), JSON.stringify(first));
    const [model] = await next.models();
    assert.is((await next.verify(model!.id)).type, 'verified');
    assert.equal((await next.storage()).freeable, []);
  });

  story('a tab killed while it writes the last of a model leaves it whole, or to be gone on with', async (tab) => {
    await tab.run(`importFolder('random-B').then((job) => { globalThis.job = job; })`);
    await tab.until(`globalThis.job?.events.some(({ bytes, of }) => bytes === of)`);
    const next = await tab.kill();
    const models = await next.models();
    for (const { id } of models) assert.is((await next.verify(id)).type, 'verified');
    const id = await imported(next, 'random-B');
    assert.equal(
      (await next.models()).map((model) => model.id),
      [id],
    );
    assert.is((await next.verify(id)).type, 'verified');
  });

  story('a full disk is said with numbers, gives everything back, and loses no model', async (tab) => {
    // Room for B's 6 MB and most of A's 29.
    await tab.limitStorage(24e6);
    const id = await imported(tab, 'random-B');
    const last = await tab.import('random-A');
    assert.is(last.code, 'storage-full', JSON.stringify(last));
    assert.match(last.details!.expected, /^\d+ bytes free$/);
    await tab.limitStorage();
    const after = await tab.storage();
    assert.equal(after.freeable, []);
    assert.is(await filesKept(tab), shelf === 'opfs' ? 4 : 0);
    assert.is((await tab.verify(id)).type, 'verified');
  });

  story('one changed byte, and swapped chunks, are found before a picture is drawn', async (tab) => {
    const id = await imported(tab, 'random-A');
    const damages =
      shelf === 'opfs'
        ? [
            () => inFiles(tab, 10e6, '(bytes) => { bytes[12345678] ^= 1; return bytes; }'),
            // The one flipped before is flipped back by what is swapped with it: only the order is wrong.
            () =>
              inFiles(
                tab,
                10e6,
                '(bytes) => { bytes[12345678] ^= 1; const at = 1 << 24; return new Blob([bytes.slice(at), bytes.slice(0, at)]); }',
              ),
          ]
        : [
            () =>
              inChunks(
                tab,
                `(chunks, put) => {
                  for (const [key, bytes] of chunks) if (bytes.byteLength === 1 << 24) {
                    new Uint8Array(bytes)[12345678] ^= 1;
                    put(key, bytes);
                  }
                }`,
              ),
            () =>
              inChunks(
                tab,
                `(chunks, put) => {
                  const [[a, one], [b, two]] = [...chunks].sort((x, y) => y[1].byteLength - x[1].byteLength);
                  put(a, two);
                  put(b, one);
                }`,
              ),
          ];
    for (const damage of damages) {
      await damage();
      // A tab that has drawn with it before may believe its bytes for as long as it lives; this one has not.
      const fresh = await tab.another();
      const drawn = await fresh.draw(id);
      assert.equal([drawn.type, drawn.code, drawn.pixels], ['failed', 'corrupt-store', '']);
      await fresh.page.close();
    }
    assert.is((await tab.verify(id)).code, 'corrupt-store');
    assert.is(await imported(tab, 'random-A'), id);
    assert.is((await tab.verify(id)).type, 'verified');
  });

  story('a model deleted in one tab while another draws: the picture is right, and the model is gone', async (tab) => {
    const id = await imported(tab, 'random-B');
    const right = await tab.draw(id, { steps: 60 });
    const other = await tab.another();
    const drawing = tab.draw(id, { steps: 60 });
    await tab.until(`globalThis.drawing?.events.filter(({ type }) => type === 'step').length > 2`);
    await other.run(`engine.deleteModel('${id}')`);
    assert.equal(await other.models(), []);
    const drawn = await drawing;
    assert.is(drawn.type, 'finished', JSON.stringify(drawn).slice(0, 300));
    assert.is(drawn.pixels, right.pixels);
    assert.is((await tab.draw(id)).code, 'bad-argument');
    await other.run('engine.freeUp()');
    assert.is(await filesKept(tab), 0);
    assert.equal((await other.storage()).freeable, []);
  });

  story('two tabs open the same model at the same time: it is there once, and whole', async (tab) => {
    const other = await tab.another();
    const [one, two] = await Promise.all([imported(tab, 'random-A'), imported(other, 'random-A')]);
    assert.is(one, two);
    assert.equal(
      (await other.models()).map(({ id }) => id),
      [one],
    );
    assert.is((await tab.verify(one)).type, 'verified');
    assert.equal((await tab.storage()).freeable, []);
    assert.is(await filesKept(tab), shelf === 'opfs' ? 4 : 0);
  });

  story('two tabs draw with one model at the same time', async (tab) => {
    const id = await imported(tab, 'random-B');
    const other = await tab.another();
    const [one, two] = await Promise.all([tab.draw(id), other.draw(id)]);
    assert.equal([one.type, two.type], ['finished', 'finished']);
    assert.is(one.pixels, two.pixels);
  });
}
