/** Downloads in Chromium, on either shelf: killed and gone on with, paused, forbidden, too large for the disk. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Manifest } from '../../models/manifest';
import { planModel } from '../../models/planModel';
import type { ImportEvent } from '../../workers/api';
import { bringIn } from '../../workers/bringIn';
import { exportModel } from '../../workers/readWhole';
import type { ModelStore } from '../../workers/store/modelStore';
import { randomModel } from '../models/randomModel';
import { device } from '../workers/store/storeFixture';
import { scratchFolder } from './enginePage';
import { rangeServer } from './rangeServer';
import { bundleStore, type LastEvent, SHELVES, storeVisit, type Tab } from './storePage';

const FOLDER = 'dist/spec-download';
const FILE = await exportedModel();
const SHA256 = createHash('sha256').update(FILE).digest('hex');
const CHUNK = 1 << 24;

let scratch: Awaited<ReturnType<typeof scratchFolder>>;
test.before(async () => {
  scratch = await scratchFolder();
  await bundleStore(FOLDER, join(scratch.path, 'models'));
});
test.after(() => scratch.remove());

/** Model A as one file of 32 MB: one whole chunk and most of another. */
async function exportedModel(): Promise<Uint8Array> {
  const never = new AbortController().signal;
  const tokenizer = () => Promise.reject(new Error('it has its own'));
  const store = (await device('opfs').open({ chunkBytes: 1 << 20 })) as unknown as ModelStore<Manifest>;
  const how = { origin: 'folder', checkpoint: { tokenizer }, plan: planModel };
  const { id } = await bringIn(await randomModel('A'), how, store, () => undefined, never);
  let file: Blob | undefined;
  await exportModel(
    id,
    store,
    (event) => {
      if (event.type === 'exported') file = event.file;
    },
    never,
  );
  return new Uint8Array(await file!.arrayBuffer());
}

/** Begins the download; `window.job` follows it. */
const begin = (tab: Tab): Promise<unknown> =>
  tab.run(`(() => {
    const remote = { name: 'A', urls: [new URL('big.safetensors', location.href).href], sha256: '${SHA256}' };
    globalThis.job = follow((signal, pause) => engine.download(remote, {}, signal, pause));
  })()`);
const end = (tab: Tab): Promise<LastEvent> => tab.run('globalThis.job.done');
const past = (bytes: number): string =>
  `globalThis.job.events.some((event) => event.type === 'downloading' && event.bytes > ${bytes})`;

for (const shelf of SHELVES) {
  const story = (sentence: string, work: (tab: Tab, server: ReturnType<typeof rangeServer>) => Promise<void>) => {
    const server = rangeServer('/big.safetensors', FILE);
    test(`${shelf}: ${sentence}`, () => storeVisit(FOLDER, shelf, (tab) => work(tab, server), { front: server.front }));
  };

  story('a download whose tab is killed goes on behind its last whole chunk, and is the model', async (tab, server) => {
    server.haltAfter = 24e6;
    await begin(tab);
    await tab.until(past(23e6));
    const next = await tab.kill();
    const [left] = (await next.storage()).freeable;
    assert.equal([left?.kind, left?.name, left?.bytes], ['download', 'A', CHUNK]);
    server.haltAfter = Number.POSITIVE_INFINITY;
    await begin(next);
    const last = await end(next);
    assert.is(last.type, 'imported', JSON.stringify(last));
    assert.equal(server.asked, ['all', `bytes=${CHUNK}-`]);
    assert.is((await next.verify(last.model!.id)).type, 'verified');
    assert.equal((await next.storage()).freeable, []);
  });

  story('a pause keeps every byte, a cancel gives them back; meanwhile the engine draws', async (tab, server) => {
    server.haltAfter = 20e6;
    const model = await tab.import('random-B');
    await begin(tab);
    await tab.until(past(19e6));
    assert.is((await tab.draw(model.model!.id)).type, 'finished');
    await tab.run('globalThis.job.pause.abort()');
    assert.is((await end(tab)).type, 'paused');
    const kept = (await tab.storage()).freeable[0]!.bytes;
    assert.ok(kept > 19e6, `${kept} bytes`);
    server.haltAfter = 1e6;
    await begin(tab);
    await tab.until(past(kept + 100_000));
    assert.is(server.asked.at(-1), `bytes=${kept}-`);
    await tab.run('globalThis.job.abort.abort()');
    assert.is((await end(tab)).code, 'aborted');
    assert.equal((await tab.storage()).freeable, []);
  });

  story('a disk too small is said before the rest arrives; what is here stays to go on with', async (tab, server) => {
    server.haltAfter = 20e6;
    await tab.limitStorage(10e6);
    await begin(tab);
    const last = await end(tab);
    assert.is(last.code, 'storage-full', JSON.stringify(last));
    await tab.limitStorage();
    server.haltAfter = Number.POSITIVE_INFINITY;
    await begin(tab);
    assert.is((await end(tab)).type, 'imported');
  });

  story('a server that forbids it is said in words', async (tab) => {
    const last = await tab.run<LastEvent & { events: ImportEvent[] }>(`(async () => {
      // Another origin that does not answer pages of this one; the policy lets only https out, as CORS would.
      const remote = { name: 'A', urls: ['https://localhost:9/a.safetensors'] };
      const job = follow((signal, pause) => engine.download(remote, {}, signal, pause));
      return job.done;
    })()`);
    assert.equal([last.code, last.details?.got], ['download-failed', 'blocked by the server (CORS) or network']);
  });
}

test.run();
