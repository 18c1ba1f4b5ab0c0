/** What the store does with bytes that are not what it wrote. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { freshRecords, model, openStore, readRecord, rejection, someBytes, unetChunkKeys } from './storeFixture';

test('a flipped byte is `corrupt-store`, with the chunk and both hashes', async () => {
  const records = freshRecords();
  const store = await openStore(records);
  const { id } = await store.put(model());
  const last = (await unetChunkKeys(records, id))[2]!;
  const bytes = new Uint8Array((await records.get(last)) as ArrayBuffer);
  bytes[17]! ^= 1;
  await records.set(last, bytes.buffer);

  const error = await rejection((await store.open(id)).weights('unet'));
  assert.is(error.code, 'corrupt-store');
  assert.is(error.details.argument, 'unet chunk 2');
  assert.is(`chunk:${error.details.expected}`, last);
  assert.match(error.details.got, /^[0-9a-f]{64}$/);
  assert.not(error.details.got === error.details.expected);
});

test('swapped chunks are `corrupt-store` at the first of them', async () => {
  const records = freshRecords();
  const store = await openStore(records);
  const { id } = await store.put(model());
  const [first, second] = await unetChunkKeys(records, id);
  const [a, b] = [await records.get(first!), await records.get(second!)];
  await records.set(first!, b as ArrayBuffer);
  await records.set(second!, a as ArrayBuffer);
  assert.is((await rejection((await store.open(id)).weights('unet'))).details.argument, 'unet chunk 0');
});

test('a record whose chunk list was swapped no longer has its id', async () => {
  const records = freshRecords();
  const store = await openStore(records);
  const { id } = await store.put(model());
  const record = await readRecord(records, id);
  record.stages[1]!.chunks.reverse();
  await records.set(`model:${id}`, record);
  const error = await rejection(store.open(id));
  assert.is(error.code, 'corrupt-store');
  assert.is(error.details.expected, id);
});

test('a missing chunk is `corrupt-store`, and putting the model again repairs it', async () => {
  const records = freshRecords();
  const store = await openStore(records);
  const { id } = await store.put(model());
  await records.delete([(await unetChunkKeys(records, id))[1]!]);
  assert.is((await rejection((await store.open(id)).weights('unet'))).details.got, 'nothing');
  await store.put(model());
  assert.equal(await (await store.open(id)).weights('unet'), someBytes(2500, 0));
});

test('a record that is none is swept; one of a newer engine is kept with every chunk', async () => {
  const records = freshRecords();
  const { id } = await (await openStore(records)).put(model());
  await records.set('model:broken', { format: 1 });
  await openStore(records);
  assert.not((await records.keys()).includes('model:broken'));
  await records.set('model:newer', { format: 2 });
  await records.set('chunk:of-the-newer', new ArrayBuffer(8));
  const store = await openStore(records);
  assert.equal(
    (await store.list()).map((summary) => summary.id),
    [id],
  );
  assert.ok((await records.keys()).includes('chunk:of-the-newer'));
});

test.run();
