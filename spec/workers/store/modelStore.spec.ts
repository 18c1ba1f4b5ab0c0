/** What the store promises, on either shelf. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../../workers/errors';
import type { Records } from '../../../workers/store/records';
import {
  bytesKept,
  CHUNK_BYTES,
  device,
  inPieces,
  isEmpty,
  model,
  readBack,
  rejection,
  SHELVES,
  someBytes,
  stage,
} from './storeFixture';

for (const shelf of SHELVES) {
  const promise = (sentence: string, work: () => Promise<void>) => test(`${shelf}: ${sentence}`, work);

  promise('what was put is listed, opened and read back byte for byte', async () => {
    const { open } = device(shelf);
    const summary = await (await open()).put(model());
    const { id, ...rest } = summary;
    assert.match(id, /^[0-9a-f]{64}$/);
    assert.equal(rest, { name: 'model 0', origins: ['folder'], bytes: 2800, width: 256, height: 128 });

    const store = await open();
    assert.equal(await store.list(), [summary]);
    const stored = await store.open(summary.id);
    assert.equal(stored.manifest, { tensors: ['conv_in.weight'] });
    const progress: number[] = [];
    const weights = await stored.weights('unet', { onProgress: (bytes) => progress.push(bytes) });
    assert.equal(progress, [1024, 2048, 2500]);
    assert.equal(weights.read(1000, 1100), someBytes(2500, 0).subarray(1000, 1100));
    assert.equal(weights.read(0, 2500), someBytes(2500, 0));
    weights.close();
    stored.close();
    assert.equal(await readBack(store, id, 'text_encoder'), someBytes(300, 100));
  });

  promise('weights are read in parts, the same part more than once, where each part is made ready first', async () => {
    const store = await device(shelf).open();
    const { id } = await store.put(model());
    const stored = await store.open(id);
    for (const proven of [false, true]) {
      const weights = await stored.weights('unet', { inParts: true });
      for (const [begin, end] of [
        [0, 900],
        [1000, 2500],
        [0, 900],
      ] as const) {
        await weights.prepare?.([{ offset: begin, bytes: end - begin }]);
        assert.equal(weights.read(begin, end), someBytes(2500, 0).subarray(begin, end), `proven before: ${proven}`);
      }
      weights.close();
    }
    stored.close();
  });

  promise('a stage of exactly two chunks has no third', async () => {
    const kept = device(shelf);
    const store = await kept.open();
    const bytes = someBytes(2 * CHUNK_BYTES, 5);
    const { id } = await store.put({ ...model(), stages: [stage('unet', bytes)] });
    assert.is(await bytesKept(kept), 2 * CHUNK_BYTES);
    assert.equal(await readBack(store, id, 'unet'), bytes);
  });

  promise('the same model twice has one id and takes its space once', async () => {
    const kept = device(shelf);
    const store = await kept.open();
    const first = await store.put(model(0, 700));
    const second = await store.put(model(0, 64));
    assert.is(second.id, first.id);
    assert.is(await bytesKept(kept), 2800);
    assert.is((await store.list()).length, 1);
  });

  promise('the same files from elsewhere are the same model: its name, and every way it came in', async () => {
    const store = await device(shelf).open();
    const first = await store.put({ ...model(), name: 'Demo', origin: 'demo:1' });
    const second = await store.put({ ...model(), name: 'copy', origin: 'folder' });
    assert.equal(second, { ...first, origins: ['demo:1', 'folder'] });
    assert.equal(await store.put({ ...model(), origin: 'demo:1' }), second);
    assert.equal(await store.list(), [second]);
  });

  promise('of two models that share a stage, deleting one leaves the other whole', async () => {
    const kept = device(shelf);
    const store = await kept.open();
    const first = await store.put(model(1));
    const second = await store.put(model(2));
    assert.not(first.id === second.id);
    await store.delete(first.id);
    assert.is(await bytesKept(kept), 2800);
    assert.equal(await readBack(store, second.id, 'text_encoder'), someBytes(300, 100));
    await store.delete(second.id);
    assert.ok(await isEmpty(kept));
    await store.delete(second.id);
  });

  promise('a crash before the record leaves no model; without a key to go on by, the space comes back', async () => {
    // A crash is a put that stops for good at its last write: nothing behind it runs. Its locks are the browser's to free.
    let stopped = (): void => undefined;
    const died = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    const hang = (records: Records): Records => ({
      ...records,
      write(entries, removed) {
        if (!entries.some(([key]) => key.startsWith('model:'))) return records.write(entries, removed);
        stopped();
        return new Promise(() => undefined);
      },
    });
    const dying = device(shelf, hang);
    void (await dying.open()).put(model());
    await died;
    assert.is(await bytesKept(dying), 2800);

    const store = await dying.restart();
    assert.equal(await store.list(), []);
    assert.ok(await isEmpty(dying));
  });

  promise('an opening while another import runs does not sweep its chunks away', async () => {
    const { open } = device(shelf);
    const store = await open();
    async function* watched(): AsyncGenerator<Uint8Array> {
      yield someBytes(CHUNK_BYTES, 0);
      yield someBytes(CHUNK_BYTES, 1);
      await (await open()).freeUp();
      yield someBytes(CHUNK_BYTES, 2);
    }
    const stages = [{ name: 'unet', bytes: 3 * CHUNK_BYTES, data: watched }];
    const { id } = await store.put({ ...model(), stages });
    assert.is((await readBack(store, id, 'unet')).length, 3 * CHUNK_BYTES);
  });

  promise('a full disk is `storage-full` with the numbers, and everything of the import is given back', async () => {
    const full = device(shelf, (records) => ({
      ...records,
      write: async (entries, removed) => {
        const chunk = entries.find(([key]) => key.startsWith('chunk:'))?.[1] as ArrayBuffer | undefined;
        if (chunk?.byteLength === 452) throw Object.assign(new Error('full'), { name: 'QuotaExceededError' });
        await records.write(entries, removed);
      },
    }));
    full.origin.quota = 2799;
    const store = await full.open();
    const error = await rejection(store.put({ ...model(), resumeKey: 'a' }));
    assert.equal([error.code, error.expected, error.got], ['storage-full', '2800 bytes free', 'QuotaExceededError']);
    assert.ok(await isEmpty(full));
  });

  promise(
    'a model that does not fit is refused before anything is read, unless what was thrown away makes room',
    async () => {
      let quota = 2799;
      const small = device(shelf, (records) => ({
        ...records,
        estimate: async () => ({ usage: await bytesKept({ ...small, records }), quota }),
      }));
      const store = await small.open();
      let asked = false;
      const stages = [
        {
          ...stage('unet', someBytes(2800, 0)),
          data() {
            asked = true;
            return inPieces(someBytes(2800, 0), 2800);
          },
        },
      ];
      const error = await rejection(store.put({ ...model(), stages }));
      assert.equal([error.code, error.expected, error.got], ['storage-full', '2800 bytes free', '2799 bytes']);
      assert.not(asked);

      quota = 2800;
      const first = await store.put({ ...model(), stages });
      assert.is((await rejection(store.put(model(7)))).code, 'storage-full');
      await store.discard(first.id);
      await store.put(model(7));
      assert.is((await rejection(store.restore(first.id))).code, 'bad-argument');
    },
  );

  promise('a stream that fails, or is short, leaves nothing behind', async () => {
    const kept = device(shelf);
    const store = await kept.open();
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield someBytes(2000, 0);
      throw new CodedError('bad-model', { argument: 'x', expected: 'y', got: 'z' });
    }
    const stages = [{ name: 'unet', bytes: 4000, data: failing }];
    assert.is((await rejection(store.put({ ...model(), stages }))).argument, 'x');
    const short = [{ ...stage('unet', someBytes(2500, 0)), bytes: 2501 }];
    const error = await rejection(store.put({ ...model(), stages: short }));
    assert.equal([error.argument, error.expected, error.got], ['weights of unet', '2501 bytes', '2500 bytes']);
    assert.ok(await isEmpty(kept));
  });

  promise('an abort stops between chunks and leaves nothing behind', async () => {
    const kept = device(shelf);
    const store = await kept.open();
    const abort = new AbortController();
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield someBytes(2000, 0);
      abort.abort();
      yield someBytes(2000, 1);
    }
    const stages = [{ name: 'unet', bytes: 4000, data: stream }];
    const put = store.put({ ...model(), stages }, abort.signal);
    await put.then(
      () => assert.unreachable(),
      (error) => assert.is(error.name, 'AbortError'),
    );
    assert.ok(await isEmpty(kept));
  });

  promise('an unknown model, or stage, is named', async () => {
    const store = await device(shelf).open();
    assert.is((await rejection(store.open('abc'))).got, 'abc');
    const { id } = await store.put(model());
    const stored = await store.open(id);
    const error = await rejection(stored.weights('vae'));
    assert.equal([error.argument, error.expected, error.got], ['stage', 'text_encoder, unet', 'vae']);
  });
}

test('a network goes into a file from the given size on, and is found wherever it lies', async () => {
  const kept = device('idb');
  const options = { files: kept.origin, filesFrom: 2500 };
  const { id } = await (await kept.open(options)).put(model());
  assert.is(kept.origin.files.size, 1);
  assert.is((await kept.records.keys()).filter((key) => key.startsWith('chunk:')).length, 1);
  assert.equal(await readBack(await kept.open(options), id, 'unet'), someBytes(2500, 0));
  assert.equal(await readBack(await kept.open(options), id, 'text_encoder'), someBytes(300, 100));
  // A browser that lost its files says so; the id is the same wherever the bytes lie.
  assert.is((await rejection(readBack(await kept.open(), id, 'unet'))).code, 'corrupt-store');
  assert.is((await (await kept.open()).put(model())).id, id);
  assert.equal(await readBack(await kept.open(), id, 'unet'), someBytes(2500, 0));
});

test('a model is renamed, keeps its name when it comes in again, and is the same model', async () => {
  const kept = device('idb');
  const store = await kept.open();
  const { id } = await store.put(model());
  const renamed = await store.rename(id, ' 我的模型 ');
  assert.equal([renamed.id, renamed.name], [id, '我的模型']);
  assert.is((await store.put(model())).name, '我的模型');
  await store.verify(id);
  assert.equal(
    (await (await kept.restart()).list()).map(({ name }) => name),
    ['我的模型'],
  );
  for (const name of ['', ' \n', 'x'.repeat(201)]) {
    assert.is((await rejection(store.rename(id, name))).code, 'bad-argument', name);
  }
  assert.is((await rejection(store.rename('gone', 'name'))).code, 'bad-argument');
  assert.is((await store.list())[0]!.name, '我的模型');
});

test.run();
