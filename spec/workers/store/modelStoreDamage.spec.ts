/** What the store does with bytes that are not what it wrote, on either shelf. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { device, meddle, model, readBack, readRecord, rejection, SHELVES, someBytes } from './storeFixture';

for (const shelf of SHELVES) {
  const damage = (sentence: string, work: () => Promise<void>) => test(`${shelf}: ${sentence}`, work);

  damage('a flipped byte is `corrupt-store`, with the chunk and both hashes', async () => {
    const kept = device(shelf);
    const { id } = await (await kept.open()).put(model());
    await meddle(kept, id, ([a, b, c]) => {
      c![17]! ^= 1;
      return [a!, b!, c!];
    });
    const error = await rejection(readBack(await kept.open(), id, 'unet'));
    assert.is(error.code, 'corrupt-store');
    assert.is(error.argument, 'unet chunk 2');
    assert.is(error.expected, (await readRecord(kept, id)).stages[1]!.chunks[2]!.sha256);
    assert.match(error.got, /^[0-9a-f]{64}$/);
    assert.not(error.got === error.expected);
  });

  damage('swapped chunks are `corrupt-store` at the first of them', async () => {
    const kept = device(shelf);
    const store = await kept.open();
    const { id } = await store.put(model());
    await meddle(kept, id, ([a, b, c]) => [b!, a!, c!]);
    assert.is((await rejection(readBack(store, id, 'unet'))).argument, 'unet chunk 0');
  });

  damage('a verification finds what a drawing has believed since, and every drawing after it', async () => {
    const kept = device(shelf);
    const store = await kept.open();
    const { id } = await store.put(model());
    const progress: number[] = [];
    await store.verify(id, (bytes, of) => progress.push(bytes / of));
    assert.equal(progress.at(-1), 1);
    await meddle(kept, id, ([a, b, c]) => {
      b![0]! ^= 128;
      return [a!, b!, c!];
    });
    assert.is((await readBack(store, id, 'unet')).length, 2500); // believed: it was right in this life
    assert.is((await rejection(store.verify(id))).argument, 'unet chunk 1');
    assert.is((await rejection(readBack(store, id, 'unet'))).argument, 'unet chunk 1');
  });

  damage('weights that became shorter are never taken for whole, not even where they were right before', async () => {
    const kept = device(shelf);
    const store = await kept.open();
    const { id } = await store.put(model());
    await readBack(store, id, 'unet');
    await meddle(kept, id, ([a, b, c]) => [a!, b!, c!.subarray(0, 400)]);
    assert.is((await rejection(readBack(store, id, 'unet'))).code, 'corrupt-store');
  });

  damage('a record whose chunk list was swapped no longer has its id', async () => {
    const kept = device(shelf);
    const store = await kept.open();
    const { id } = await store.put(model());
    const record = await readRecord(kept, id);
    record.stages[1]!.chunks.reverse();
    await kept.records.write([[`model:${id}`, record]]);
    const error = await rejection(store.open(id));
    assert.is(error.code, 'corrupt-store');
    assert.is(error.expected, id);
    await store.delete(id);
    assert.equal(await store.list(), []);
  });

  damage('missing bytes are `corrupt-store`, and putting the model again repairs it', async () => {
    const kept = device(shelf);
    const store = await kept.open();
    const { id } = await store.put(model());
    const { file, chunks } = (await readRecord(kept, id)).stages[1]!;
    if (file) kept.origin.files.delete(file);
    else await kept.records.write([], [`chunk:${chunks[1]!.sha256}`]);
    assert.is((await rejection(readBack(store, id, 'unet'))).got, 'nothing');
    await store.put(model());
    assert.equal(await readBack(store, id, 'unet'), someBytes(2500, 0));
  });
}

test('an import whose chunks were deleted meanwhile fails and is not listed', async () => {
  const { records, open } = device('idb');
  const store = await open();
  async function* robbed(): AsyncGenerator<Uint8Array> {
    yield someBytes(1024, 0);
    yield someBytes(1024, 1);
    await records.write([], await records.keys());
    yield someBytes(1024, 2);
  }
  const stages = [{ name: 'unet', bytes: 3072, data: robbed }];
  assert.is((await rejection(store.put({ ...model(), stages }))).code, 'corrupt-store');
  assert.equal(await store.list(), []);
});

test('a record that is none is swept; one of a newer engine is kept with every chunk', async () => {
  const { records, open } = device('idb');
  const { id } = await (await open()).put(model());
  await records.write([['model:broken', { format: 1 }]]);
  await open();
  assert.not((await records.keys()).includes('model:broken'));
  await records.write([
    ['model:newer', { format: 3 }],
    ['chunk:of-the-newer', new ArrayBuffer(8)],
  ]);
  const store = await open();
  assert.equal(
    (await store.list()).map((summary) => summary.id),
    [id],
  );
  assert.ok((await records.keys()).includes('chunk:of-the-newer'));
});

test('a record written before there were files is read as it is', async () => {
  const kept = device('idb');
  const { id } = await (await kept.open()).put(model());
  await kept.records.write([[`model:${id}`, { ...(await readRecord(kept, id)), format: 1 }]]);
  assert.equal(await readBack(await kept.open(), id, 'unet'), someBytes(2500, 0));
});

test.run();
