/** Models through the whole of the engine but the browser: exported, brought back, downloaded, killed half-way. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Checkpoint } from '../../models/checkpoint';
import type { Manifest } from '../../models/manifest';
import { planModel } from '../../models/planModel';
import { readHeader } from '../../models/safetensorsHeader';
import { encodeSafetensors } from '../../models/safetensorsWriter';
import type { ByteSource, Folder } from '../../models/source';
import type { ImportEvent, ReadEvent } from '../../workers/api';
import { bringIn } from '../../workers/bringIn';
import { type FetchModelOptions, fetchModel } from '../../workers/fetchModel';
import { PAUSE } from '../../workers/job';
import { pickedOptions } from '../../workers/picked';
import { exportModel } from '../../workers/readWhole';
import type { ModelStore } from '../../workers/store/modelStore';
import { memoryFolder, memorySource } from '../models/memoryFolder';
import { randomModel, randomModelFiles } from '../models/randomModel';
import { rejects } from '../models/rejects';
import { type FileServer, fileServer } from './download/fileServer';
import { bytesKept, type Device, device, isEmpty, rejection, SHELVES, untilKept } from './store/storeFixture';

const never = new AbortController().signal;
const silent = (): void => undefined;
const conversion = {
  checkpoint: { tokenizer: () => Promise.reject(new Error('it has its own')) },
  plan: planModel,
};
const chunkBytes = 64 * 1024;
const license = { name: 'CC0-1.0', url: 'https://example.org/cc0', mustAccept: false };
const servers: FileServer[] = [];
test.after(() => Promise.all(servers.map((server) => server.close())).then(() => undefined));
const folder = await randomModel('B');

const open = async (kept: Device, restart = false): Promise<ModelStore<Manifest>> =>
  (await kept[restart ? 'restart' : 'open']({ chunkBytes })) as unknown as ModelStore<Manifest>;

async function exported(store: ModelStore<Manifest>, id: string): Promise<Uint8Array> {
  const events: ReadEvent[] = [];
  await exportModel(id, store, (event) => events.push(event), never);
  const last = events.at(-1)!;
  assert.ok(events.length > 2 && last.type === 'exported', last.type);
  return new Uint8Array(await last.file.arrayBuffer());
}

/** What `fetchModel` needs; `retry` is called where it would wait. */
const over = (store: ModelStore<Manifest>, retry: () => Promise<void>): FetchModelOptions => ({
  ...{ store, origin: '', now: () => 0, inTurn: (work) => work() },
  conversion: (options) => ({ ...conversion, checkpoint: pickedOptions(options, conversion.checkpoint.tokenizer) }),
  fetch: (url, init) => fetch(url, init as RequestInit),
  async wait(_, waiting) {
    await retry();
    waiting.throwIfAborted();
  },
});

const bring = (input: Folder | ByteSource, store: ModelStore<Manifest>) =>
  bringIn(input, { origin: 'file', ...conversion }, store, silent, never);

test('weights that had to be rounded are told before they are, unless somebody asked for that', async () => {
  const told = async (form: 'exact' | 'int8', automatic: boolean) => {
    const events: ImportEvent[] = [];
    const how = { origin: 'folder', ...conversion, plan: (one: Checkpoint) => planModel(one, form), automatic };
    await bringIn(folder, how, await open(device('idb')), (event) => events.push(event), never);
    assert.is(events.at(-1)!.type, 'converting');
    return events.filter(({ type }) => type !== 'converting');
  };
  assert.equal(await told('int8', true), [{ type: 'rounded', weights: 'int8' }]);
  assert.equal(await told('int8', false), []);
  assert.equal(await told('exact', true), []);
});

for (const shelf of SHELVES) {
  test(`${shelf}: a model taken out as a file and brought in elsewhere is the same model`, async () => {
    const store = await open(device(shelf));
    const model = await bring(folder, store);
    const file = await exported(store, model.id);
    const elsewhere = await open(device(shelf === 'idb' ? 'opfs' : 'idb'));
    const again = await bring(memorySource('copy.safetensors', file), elsewhere);
    assert.equal([again.id, again.name, again.width], [model.id, model.name, model.width]);
    await elsewhere.verify(again.id);
    assert.equal(await exported(elsewhere, again.id), file);
  });

  test(`${shelf}: an export says what it is, and is opened again under its name and license`, async () => {
    const store = await open(device(shelf));
    const again = { source: 'https://example.org/b.safetensors', options: { loras: [{ name: 'ink', weight: 0.5 }] } };
    const { id } = await bringIn(folder, { ...conversion, origin: 'download', license, again }, store, silent, never);
    assert.is((await store.rename(id, '  Ink & paper ')).name, 'Ink & paper');
    const file = await exported(store, id);
    const { metadata } = await readHeader(memorySource('x', file));
    const { 'pocket-diffusion': _, ...told } = Object.fromEntries(metadata);
    assert.equal(told, {
      'modelspec.title': 'Ink & paper',
      'modelspec.license': 'CC0-1.0 (https://example.org/cc0)',
      source: 'https://example.org/b.safetensors + ink × 0.5',
      ...{ weights: 'exact', hash: id },
    });
    const elsewhere = await open(device(shelf));
    const copy = { ...conversion, origin: 'file', again: { source: 'copy.safetensors' } };
    const model = await bringIn(memorySource('copy.safetensors', file), copy, elsewhere, silent, never);
    assert.equal([model.id, model.name, model.license, model.source], [id, 'Ink & paper', license, told.source]);
    assert.equal(await exported(elsewhere, id), file);
  });

  test(`${shelf}: an export whose license leads anywhere but to the web is refused`, async () => {
    const store = await open(device(shelf));
    const file = await exported(store, (await bring(folder, store)).id);
    const { metadata, tensors } = await readHeader(memorySource('x', file));
    const packed = JSON.parse(metadata.get('pocket-diffusion')!);
    const bad = { ...packed, license: { name: 'Free', url: 'javascript:alert(1)', mustAccept: false } };
    const stages = [...tensors].map(([name, { bytes, start: at }]) => ({
      ...{ name, dtype: 'U8' as const, shape: [bytes], data: file.subarray(at, at + bytes) },
    }));
    const changed = encodeSafetensors(stages, { 'pocket-diffusion': JSON.stringify(bad) });
    await rejects(
      () => bring(memorySource('x', changed), store),
      'bad-model',
      'a license with its address',
      'javascript',
    );
  });

  test(`${shelf}: an export that was changed by one byte, cut short, or renamed from another format is refused`, async () => {
    const store = await open(device(shelf));
    const file = await exported(store, (await bring(folder, store)).id);
    const kept = device(shelf);
    const elsewhere = await open(kept);
    const flipped = file.slice();
    flipped[file.length - 100]! ^= 1;
    await rejects(() => bring(memorySource('x', flipped), elsewhere), 'bad-model', 'x: vae_encoder chunk');
    await rejects(() => bring(memorySource('x', file.slice(0, -1)), elsewhere), 'bad-model', 'x');
    const renamed = new TextEncoder().encode('PK\u0003\u0004'.padEnd(200));
    await rejects(() => bring(memorySource('x', renamed), elsewhere), 'bad-model', 'pickle');
    assert.ok(await isEmpty(kept));
  });

  test(`${shelf}: a damaged model is not handed out`, async () => {
    const kept = device(shelf);
    const store = await open(kept);
    const { id } = await bring(folder, store);
    for (const { bytes } of kept.origin.files.values()) bytes[99]! ^= 1;
    for (const key of (await kept.records.keys()).filter((name) => name.startsWith('chunk:'))) {
      const bytes = new Uint8Array((await kept.records.get(key)) as ArrayBuffer);
      bytes[99]! ^= 1;
      await kept.records.write([[key, bytes.buffer]]);
    }
    assert.is((await rejection(exported(store, id))).code, 'corrupt-store');
  });

  test(`${shelf}: a conversion whose tab was killed reads only what is missing, and is the same model`, async () => {
    const files = await randomModelFiles('B');
    const kept = device(shelf);
    /** The folder; what is read of its weights is counted, and after `limit` bytes nothing comes any more. */
    const counted = (limit: number) => {
      const inner = memoryFolder(files, 'random-B');
      const reads = { bytes: 0 };
      const file = async (path: string) => {
        const source = await inner.file(path);
        if (!source || !path.startsWith('unet/diff')) return source;
        return {
          ...source,
          async read(start: number, end: number) {
            // Not the header, and not the ends that the fingerprint looks at.
            const isTensor = start > 8 && end < source.size && end - start < 1 << 19;
            if (isTensor && reads.bytes + end - start > limit) await new Promise(() => undefined);
            if (isTensor) reads.bytes += end - start;
            return source.read(start, end);
          },
        };
      };
      return { folder: { ...inner, file }, reads };
    };
    const dying = counted(1_200_000);
    void bring(dying.folder, await open(kept));
    await untilKept(kept, 4_036_048 + 16 * chunkBytes);
    const again = counted(Number.POSITIVE_INFINITY);
    const store = await open(kept, true);
    const model = await bring(again.folder, store);
    assert.ok(again.reads.bytes < 1_611_848 - 15 * chunkBytes, `${again.reads.bytes} bytes read again`);
    assert.is(model.id, (await bring(folder, await open(device('idb')))).id);
    await store.verify(model.id);
  });

  test(`${shelf}: a model is downloaded and brought in; a pause keeps what is here, a cancel gives it up`, async () => {
    const source = await open(device('idb'));
    const file = await exported(source, (await bring(folder, source)).id);
    const server = await fileServer(file, { cutAfter: 1_000_000 });
    servers.push(server);
    const kept = device(shelf);
    const store = await open(kept);
    const remote = { name: 'copy', urls: [server.url], license };
    const fetching = (signal: AbortSignal, onRetry: () => void) =>
      fetchModel(
        remote,
        over(store, async () => onRetry()),
        silent,
        signal,
      );
    const pause = new AbortController();
    assert.is((await rejection(fetching(pause.signal, () => pause.abort(PAUSE)))).message, PAUSE.message);
    // Of what was on its way when the connection was cut, the last packets may be lost.
    const arrived = await bytesKept(kept);
    assert.ok(arrived > 900_000 && arrived <= 1_000_000, `${arrived} bytes`);

    const cancel = new AbortController();
    server.manners.cutAfter = 500_000;
    await fetching(cancel.signal, () => cancel.abort(new Error('cancel'))).then(
      () => assert.unreachable(),
      (error) => assert.is(error.message, 'cancel'),
    );
    assert.ok(await isEmpty(kept));

    server.manners.cutAfter = undefined;
    const model = await fetching(never, silent);
    assert.equal([model.origins, model.license], [['download'], license]);
    // The same from elsewhere, where nobody said: its terms stay.
    assert.equal((await bring(folder, store)).license, license);
    assert.equal((await store.report()).freeable, []);
    await store.verify(model.id);
  });
}

test.run();
