/** Imports whose tab was killed, models thrown away, models read elsewhere: on either shelf. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { STALE_MILLISECONDS, UNDO_MILLISECONDS } from '../../../workers/store/sweep';
import {
  bytesKept,
  type Device,
  device,
  inPieces,
  isEmpty,
  model,
  readBack,
  rejection,
  SHELVES,
  type ShelfName,
  someBytes,
  stage,
  untilKept,
} from './storeFixture';

/** One chunk, and then nothing any more. */
async function* forever(): AsyncGenerator<Uint8Array> {
  yield someBytes(1024, 0);
  await new Promise(() => undefined);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A device whose tab was killed once `kept` bytes of `model()` were in. */
async function killed(shelf: ShelfName, kept: number, options = {}): Promise<Device> {
  const dying = device(shelf);
  const stages = model().stages.map((each) => ({
    ...each,
    async *data(begin: number) {
      for await (const piece of each.data(begin)) {
        if ((await bytesKept(dying)) >= kept) await new Promise(() => undefined);
        yield piece;
      }
    },
  }));
  void (await dying.open(options)).put({ ...model(), stages, resumeKey: 'source' });
  await untilKept(dying, kept);
  for (let i = 0; i < 20; i += 1) await turn();
  return dying;
}

/** `model()` again, noting from where on each stage was asked for. */
function asked() {
  const begins: string[] = [];
  const stages = model().stages.map((each) => ({
    ...each,
    data(begin: number) {
      begins.push(`${each.name} ${begin}`);
      return each.data(begin);
    },
  }));
  return { begins, model: { ...model(), stages, resumeKey: 'source' } };
}

for (const shelf of SHELVES) {
  const promise = (sentence: string, work: () => Promise<void>) => test(`${shelf}: ${sentence}`, work);

  promise('an import that was killed goes on behind its last whole chunk, and is the same model', async () => {
    const kept = await killed(shelf, 300 + 1024);
    const store = await kept.restart();
    assert.equal(await store.list(), []);
    const again = asked();
    const { id } = await store.put(again.model);
    assert.equal(again.begins, ['unet 1024']);
    assert.is(id, (await (await device(shelf).open()).put(model())).id);
    assert.equal(await readBack(store, id, 'unet'), someBytes(2500, 0));
    assert.is(await bytesKept(kept), 2800);
    assert.equal((await store.report()).freeable, []);
  });

  promise(
    'an import killed while its record is written is no model yet, and needs nothing but its record',
    async () => {
      const dying = device(shelf, (records) => ({
        ...records,
        write: (entries, removed) =>
          entries.some(([key]) => key.startsWith('model:'))
            ? new Promise(() => undefined)
            : records.write(entries, removed),
      }));
      void (await dying.open()).put(asked().model);
      await untilKept(dying, 2800);
      for (let i = 0; i < 20; i += 1) await turn();
      const store = await dying.restart();
      assert.equal(await store.list(), []);
      const again = asked();
      const { id } = await store.put(again.model);
      assert.equal(again.begins, []);
      assert.equal(await readBack(store, id, 'unet'), someBytes(2500, 0));
      assert.equal((await store.report()).freeable, []);
    },
  );

  promise('a kept chunk that is damaged is brought in again, with all behind it', async () => {
    const kept = await killed(shelf, 300 + 2048);
    for (const key of await kept.records.keys()) {
      const value = await kept.records.get(key);
      if (!key.startsWith('chunk:') || (value as ArrayBuffer).byteLength !== 1024) continue;
      const bytes = new Uint8Array(value as ArrayBuffer);
      if (bytes[0] === someBytes(1, 0)[0]) bytes[5]! ^= 1; // the first of the UNet's
      await kept.records.write([[key, bytes.buffer]]);
    }
    for (const file of kept.origin.files.values()) if (file.bytes.length >= 1024) file.bytes[5]! ^= 1;
    const again = asked();
    const store = await kept.restart();
    const { id } = await store.put(again.model);
    assert.equal(again.begins, ['unet 0']);
    assert.equal(await readBack(store, id, 'unet'), someBytes(2500, 0));
  });

  promise(
    'another source does not go on where this one was; what is left of it is told, and freed on demand',
    async () => {
      const kept = await killed(shelf, 300 + 1024);
      const store = await kept.restart();
      const other = asked();
      await store.put({ ...other.model, resumeKey: 'another source' });
      assert.equal(other.begins, ['text_encoder 0', 'unet 0']);
      const [left, ...more] = (await store.report()).freeable;
      assert.equal(more, []);
      assert.equal([left?.kind, left?.key, left?.name, left?.bytes], ['import', 'source', 'model 0', 1324]);
      await store.freeUp('source');
      assert.equal((await store.report()).freeable, []);
      assert.is(await bytesKept(kept), 2800);
    },
  );

  promise(
    'what was left tells how it was begun, with the handles to open it again; the latest word counts',
    async () => {
      const kept = device(shelf);
      const hang = { ...model().stages[1]!, data: () => forever() };
      const stages = [model().stages[0]!, hang];
      const options = { loras: [{ name: 'paint.safetensors', weight: 0.5 }], weights: 'int8' } as const;
      const again = { source: 'dreamy.safetensors', options, handles: { source: { fake: 1 }, loras: [{ fake: 2 }] } };
      void (await kept.open()).put({ ...model(), stages, resumeKey: 'source', again });
      await untilKept(kept, 300 + 1024);
      for (let i = 0; i < 20; i += 1) await turn();
      const store = await kept.restart();
      const { kind, key, bytes, since: _, name, ...told } = (await store.report()).freeable[0]!;
      assert.equal([kind, key, name, bytes, told], ['import', 'source', 'model 0', 1324, again]);

      const later = { source: 'elsewhere/dreamy.safetensors' };
      const { source } = await store.put({ ...model(), resumeKey: 'source', again: later });
      assert.is(source, 'elsewhere/dreamy.safetensors');
    },
  );

  promise('what was left is swept after two weeks, and not a day before', async () => {
    const begun = 1_000_000;
    const kept = await killed(shelf, 300, { now: () => begun });
    await kept.restart({ now: () => begun + STALE_MILLISECONDS - 1 });
    assert.is(await bytesKept(kept), 300);
    await kept.restart({ now: () => begun + STALE_MILLISECONDS });
    assert.ok(await isEmpty(kept));
  });

  promise('a second import of the same source waits for the first, and both are the same model', async () => {
    const kept = device(shelf);
    const [one, two] = [await kept.open(), await kept.open()];
    const both = await Promise.all([one.put(asked().model), two.put(asked().model)]);
    assert.is(both[0].id, both[1].id);
    assert.is(await bytesKept(kept), 2800);
  });

  promise('a model thrown away is hidden, had back whole, and purged after ten minutes', async () => {
    let now = 1_000_000;
    const kept = device(shelf);
    const clock = { now: () => now };
    const store = await kept.open(clock);
    const { id } = await store.put(model());
    await store.discard(id);
    assert.equal(await store.list(), []);
    assert.is((await rejection(store.open(id))).code, 'bad-argument');
    assert.equal((await store.report()).freeable, [
      { kind: 'discarded', key: id, name: 'model 0', bytes: 2800, since: now },
    ]);
    now += UNDO_MILLISECONDS - 1;
    await kept.open(clock);
    assert.is((await store.restore(id)).id, id);
    assert.equal(await readBack(store, id, 'unet'), someBytes(2500, 0));

    await store.discard(id);
    now += UNDO_MILLISECONDS;
    await kept.open(clock);
    assert.ok(await isEmpty(kept));
    assert.is((await rejection(store.restore(id))).code, 'bad-argument');
  });

  promise('a model thrown away and brought in again is there again', async () => {
    const store = await device(shelf).open();
    const { id } = await store.put(model());
    await store.discard(id);
    await store.put(model());
    assert.equal(
      (await store.list()).map((summary) => summary.id),
      [id],
    );
  });

  promise('a model deleted in one tab is read to its end in another, and gone afterwards', async () => {
    const kept = device(shelf);
    const [drawing, deleting] = [await kept.open(), await kept.open()];
    const { id } = await drawing.put(model());
    const stored = await drawing.open(id);
    await deleting.delete(id);
    assert.equal(await deleting.list(), []);
    await deleting.freeUp();
    const weights = await stored.weights('unet');
    assert.equal(weights.read(0, 2500), someBytes(2500, 0));
    weights.close();
    assert.is((await rejection(drawing.open(id))).code, 'bad-argument');
    stored.close();
    await deleting.freeUp();
    assert.ok(await isEmpty(kept));
  });

  promise('two tabs read one model at the same time', async () => {
    const kept = device(shelf);
    const [one, two] = [await kept.open(), await kept.open()];
    const { id } = await one.put(model());
    const first = await (await one.open(id)).weights('unet');
    const second = await (await two.open(id)).weights('unet');
    assert.equal(first.read(0, 2500), second.read(0, 2500));
  });

  promise('an import replaced while another tab reads leaves that reader its bytes', async () => {
    const kept = device(shelf);
    const [drawing, importing] = [await kept.open(), await kept.open()];
    const { id } = await drawing.put(model());
    const stored = await drawing.open(id);
    await importing.put(model());
    const weights = await stored.weights('unet');
    assert.equal(weights.read(0, 2500), someBytes(2500, 0));
  });
}

test('the key of an import stands only for its own journal: a file and chunks, side by side', async () => {
  const kept = device('opfs');
  const small = { filesFrom: 2500 };
  const hang = { ...stage('unet', someBytes(2500, 0)), data: () => stopping(someBytes(2048, 0)) };
  async function* stopping(bytes: Uint8Array) {
    yield* inPieces(bytes, 1024);
    await new Promise(() => undefined);
  }
  const [encoder] = model().stages;
  void (await kept.open(small)).put({ ...model(), stages: [encoder!, hang], resumeKey: 'source' });
  await untilKept(kept, 300 + 2048);
  const again = asked();
  const store = await kept.restart(small);
  const { id } = await store.put(again.model);
  assert.equal(again.begins, ['unet 2048']);
  assert.equal(await readBack(store, id, 'unet'), someBytes(2500, 0));
});

test.run();
