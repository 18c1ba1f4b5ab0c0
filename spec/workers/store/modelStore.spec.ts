import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../../workers/errors';
import { exclusive } from '../../../workers/store/exclusive';
import type { Records } from '../../../workers/store/records';
import {
  CHUNK_BYTES,
  chunkCount,
  freshRecords,
  inPieces,
  model,
  openStore,
  rejection,
  someBytes,
} from './storeFixture';

test('what was put is listed, opened and read back byte for byte', async () => {
  const records = freshRecords();
  const summary = await (await openStore(records)).put(model());
  const { id, ...rest } = summary;
  assert.match(id, /^[0-9a-f]{64}$/);
  assert.equal(rest, { name: 'model 0', origins: ['folder'], bytes: 2800, width: 256, height: 128 });

  const store = await openStore(records);
  assert.equal(await store.list(), [summary]);
  const stored = await store.open(summary.id);
  assert.equal(stored.manifest, { tensors: ['conv_in.weight'] });
  const progress: number[] = [];
  assert.equal(await stored.weights('unet', (bytes) => progress.push(bytes)), someBytes(2500, 0));
  assert.equal(progress, [1024, 2048, 2500]);
  assert.equal(await stored.weights('text_encoder'), someBytes(300, 100));
});

test('a stage of exactly two chunks has no third', async () => {
  const records = freshRecords();
  const store = await openStore(records);
  const bytes = someBytes(2 * CHUNK_BYTES, 5);
  const stages = [{ name: 'unet', bytes: bytes.length, data: inPieces(bytes, 100) }];
  const { id } = await store.put({ ...model(), stages });
  assert.is(await chunkCount(records), 2);
  assert.equal(await (await store.open(id)).weights('unet'), bytes);
});

test('the same model twice has one id and takes its space once', async () => {
  const records = freshRecords();
  const store = await openStore(records);
  const first = await store.put(model(0, 700));
  const chunks = await chunkCount(records);
  const second = await store.put(model(0, 64));
  assert.is(second.id, first.id);
  assert.is(await chunkCount(records), chunks);
  assert.is((await store.list()).length, 1);
});

test('the same files from elsewhere are the same model: it keeps its name, and every way it came in', async () => {
  const store = await openStore(freshRecords());
  const first = await store.put({ ...model(), name: 'Demo', origin: 'demo:1' });
  const second = await store.put({ ...model(), name: 'copy', origin: 'folder' });
  assert.equal(second, { ...first, origins: ['demo:1', 'folder'] });
  assert.equal(await store.put({ ...model(), origin: 'demo:1' }), second);
  assert.equal(await store.list(), [second]);
});

test('models that share a stage store it once, and deleting one leaves the other whole', async () => {
  const records = freshRecords();
  const store = await openStore(records);
  const first = await store.put(model(1));
  const second = await store.put(model(2));
  assert.not(first.id === second.id);
  assert.is(await chunkCount(records), 1 + 3 + 3); // one text encoder, two UNets
  await store.delete(first.id);
  assert.is(await chunkCount(records), 1 + 3);
  assert.equal(await (await store.open(second.id)).weights('text_encoder'), someBytes(300, 100));
  await store.delete(second.id);
  assert.equal(await records.keys(), []);
  await store.delete(second.id);
});

test('a crash between the chunks and the record leaves no model, and the next opening gives the space back', async () => {
  const records = freshRecords();
  // A crash is a put that stops for good at its last write: nothing behind it runs.
  const dying: Records = {
    ...records,
    set: (key, value) => (key.startsWith('model:') ? new Promise(() => undefined) : records.set(key, value)),
  };
  void (await openStore(dying)).put(model());
  while ((await chunkCount(records)) < 4) await new Promise((resolve) => setImmediate(resolve));

  const store = await openStore(records);
  assert.equal(await store.list(), []);
  assert.equal(await records.keys(), []);
});

test('an opening while another import runs does not sweep its chunks away', async () => {
  const records = freshRecords();
  const lock = exclusive('spec', undefined);
  const store = await openStore(records, { lock });
  async function* watched(): AsyncGenerator<Uint8Array> {
    yield someBytes(CHUNK_BYTES, 0);
    yield someBytes(CHUNK_BYTES, 1);
    await openStore(records, { lock });
    yield someBytes(CHUNK_BYTES, 2);
  }
  const stages = [{ name: 'unet', bytes: 3 * CHUNK_BYTES, data: watched() }];
  const { id } = await store.put({ ...model(), stages });
  assert.is((await (await store.open(id)).weights('unet')).length, 3 * CHUNK_BYTES);
});

test('an import whose chunks were deleted meanwhile fails and is not listed', async () => {
  const records = freshRecords();
  const store = await openStore(records);
  async function* robbed(): AsyncGenerator<Uint8Array> {
    yield someBytes(CHUNK_BYTES, 0);
    yield someBytes(CHUNK_BYTES, 1);
    await records.delete(await records.keys());
    yield someBytes(CHUNK_BYTES, 2);
  }
  const stages = [{ name: 'unet', bytes: 3 * CHUNK_BYTES, data: robbed() }];
  assert.is((await rejection(store.put({ ...model(), stages }))).code, 'corrupt-store');
  assert.equal(await store.list(), []);
});

test('no room for a chunk is `storage-full`, and the space taken so far is given back', async () => {
  const records = freshRecords();
  const kept = await (await openStore(records)).put(model(9));
  const before = (await records.keys()).sort();
  let writes = 0;
  const full: Records = {
    ...records,
    set: (key, value) => {
      writes += 1;
      const error = new DOMException('no room', 'QuotaExceededError');
      return writes > 3 ? Promise.reject(error) : records.set(key, value);
    },
  };
  const store = await openStore(full);
  assert.is((await rejection(store.put(model(1)))).code, 'storage-full');
  assert.equal((await records.keys()).sort(), before);
  assert.equal(await store.list(), [kept]);
});

test('too little room is said before the first byte is converted', async () => {
  const records = { ...freshRecords(), free: async () => 2799 };
  const store = await openStore(records);
  let asked = false;
  async function* stream(): AsyncGenerator<Uint8Array> {
    asked = true;
    yield new Uint8Array(2800);
  }
  const stages = [{ name: 'unet', bytes: 2800, data: stream() }];
  const error = await rejection(store.put({ ...model(), stages }));
  assert.equal(
    [error.code, error.details.expected, error.details.got],
    ['storage-full', '2800 bytes free', '2799 bytes'],
  );
  assert.not(asked);
});

test('a stream that fails, or is short, leaves nothing behind', async () => {
  const records = freshRecords();
  const store = await openStore(records);
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield someBytes(2000, 0);
    throw new CodedError('bad-model', { argument: 'x', expected: 'y', got: 'z' });
  }
  const stages = [{ name: 'unet', bytes: 4000, data: failing() }];
  assert.is((await rejection(store.put({ ...model(), stages }))).details.argument, 'x');
  const short = [{ name: 'unet', bytes: 2501, data: inPieces(someBytes(2500, 0), 100) }];
  const error = await rejection(store.put({ ...model(), stages: short }));
  assert.equal(error.details, { argument: 'weights of unet', expected: '2501 bytes', got: '2500 bytes' });
  assert.equal(await records.keys(), []);
});

test('an abort stops between chunks and leaves nothing behind', async () => {
  const records = freshRecords();
  const store = await openStore(records);
  const abort = new AbortController();
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield someBytes(2000, 0);
    abort.abort();
    yield someBytes(2000, 1);
  }
  const stages = [{ name: 'unet', bytes: 4000, data: stream() }];
  const put = store.put({ ...model(), stages }, abort.signal);
  await put.then(
    () => assert.unreachable(),
    (error) => assert.is(error.name, 'AbortError'),
  );
  assert.equal(await records.keys(), []);
});

test('an unknown model, or stage, is named', async () => {
  const store = await openStore(freshRecords());
  assert.is((await rejection(store.open('abc'))).details.got, 'abc');
  const { id } = await store.put(model());
  const error = await rejection((await store.open(id)).weights('vae'));
  assert.equal(error.details, { argument: 'stage', expected: 'text_encoder, unet', got: 'vae' });
});

test.run();
