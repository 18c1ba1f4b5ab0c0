/** The page's LoRAs: kept whole or not at all, under names that differ, found again with every byte. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeSafetensors, type NamedTensor } from '../../models/safetensorsWriter';
import { keptLoras } from '../../workers/loraShelf';
import type { Records } from '../../workers/store/records';
import { rejects } from '../models/rejects';
import { recordsInMemory } from './recordsInMemory';

function setUp() {
  const { kept, records } = recordsInMemory();
  return { kept, records, loras: keptLoras(records) };
}

const KEY = 'lora_unet_mid_block_attentions_0_proj_in';
const tensor = (name: string, shape: number[], value: number): NamedTensor => {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value);
  return { name, dtype: 'F32', shape, data: new Uint8Array(data.buffer) };
};
const file = (value: number, width = 4, metadata?: Record<string, string>) => {
  const parts = [tensor(`${KEY}.lora_down.weight`, [1, width], value), tensor(`${KEY}.lora_up.weight`, [4, 1], 2)];
  return new Blob([encodeSafetensors(parts, metadata) as Uint8Array<ArrayBuffer>]);
};
const picked = (path: string, blob = file(1)) => ({ path, file: blob });

test('what is taken in is there with its name, size and hashes, and byte for byte when it is opened', async () => {
  const { loras } = setUp();
  const summary = await loras.take(picked('folder/Ink wash.safetensors'));
  const bytes = new Uint8Array(await file(1).arrayBuffer());
  const hex = async (part: Uint8Array<ArrayBuffer>) =>
    Buffer.from(await crypto.subtle.digest('SHA-256', part)).toString('hex');
  const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  // AutoV3: all behind the header.
  const hash = (await hex(bytes.slice(header))).slice(0, 12);
  assert.equal(summary, { id: await hex(bytes), name: 'Ink wash', bytes: bytes.length, hash });
  assert.equal(await loras.list(), [summary]);
  const source = (await loras.open('Ink wash'))!;
  assert.equal(await source.read(0, source.size), bytes);
  assert.is(await loras.open('ink'), undefined);
});

test('an edited header is another file with the same AutoV3', async () => {
  const { loras } = setUp();
  const [a, b] = [await loras.take(picked('a')), await loras.take(picked('b', file(1, 4, { title: 'x' })))];
  assert.is.not(a.id, b.id);
  assert.is(a.hash, b.hash);
});

test('the same file again is the one that is here; of another with its name the name goes on', async () => {
  const { loras } = setUp();
  const first = await loras.take(picked('a.safetensors'));
  assert.equal(await loras.take(picked('b.safetensors')), first);
  assert.is((await loras.take(picked('a.safetensors', file(2)))).name, 'a (2)');
  assert.is((await loras.take(picked('a.SAFETENSORS', file(3)))).name, 'a (3)');
  assert.is((await loras.take(picked('<a:b>.safetensors', file(4)))).name, 'ab');
  assert.equal(await loras.names(), ['a', 'a (2)', 'a (3)', 'ab']);
});

test('two that come in at once have two names; of one and the same that comes twice there is one', async () => {
  const { loras } = setUp();
  const taken = await Promise.all([
    loras.take(picked('a.safetensors', file(1))),
    loras.take(picked('a.safetensors', file(2))),
    loras.take(picked('a.safetensors', file(2))),
  ]);
  assert.equal(new Set(taken.map(({ name }) => name)), new Set(['a', 'a (2)']));
  assert.equal(await loras.names(), ['a', 'a (2)']);
  const [one, two] = await loras.list();
  const renamed = await Promise.allSettled([loras.rename(one!.id, 'b'), loras.rename(two!.id, 'b')]);
  assert.equal(renamed.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

test('hashes are told by name, of those that are here', async () => {
  const { loras } = setUp();
  const { hash } = await loras.take(picked('a'));
  assert.equal(await loras.hashes(['a', 'b']), { a: hash });
});

test('names are changed to what a prompt can say and no other has', async () => {
  const { loras } = setUp();
  const { id } = await loras.take(picked('a'));
  await loras.take(picked('b', file(2)));
  assert.is((await loras.rename(id, '  ink  ')).name, 'ink');
  assert.is((await loras.rename(id, 'ink')).name, 'ink');
  for (const name of ['', ' ', 'x'.repeat(201), 'a:b', '<a', 'b>', 'b'])
    await rejects(() => loras.rename(id, name), 'bad-argument', 'name');
  await rejects(() => loras.rename('0'.repeat(64), 'c'), 'bad-argument', 'a LoRA that is kept here');
  assert.equal(await loras.names(), ['b', 'ink']);
});

test('what is deleted is gone, and no such one is no error', async () => {
  const { loras, kept } = setUp();
  const { id } = await loras.take(picked('a'));
  await loras.delete(id);
  await loras.delete(id);
  assert.equal([await loras.list(), kept.size, await loras.open('a')], [[], 0, undefined]);
});

test('what is none, is cut short or is for another model is refused by name, and nothing of it is kept', async () => {
  const { loras, kept } = setUp();
  const bytes = new Uint8Array(await file(1).arrayBuffer());
  await rejects(
    () => loras.take(picked('cut.safetensors', new Blob([bytes.slice(0, -1)]))),
    'bad-model',
    'cut.safetensors',
  );
  await rejects(() => loras.take(picked('x.safetensors', new Blob(['x']))), 'bad-model', 'x.safetensors');
  const sdxl = file(1, 4, { ss_base_model_version: 'sdxl_base_v1-0' });
  await rejects(
    () => loras.take(picked('xl.safetensors', sdxl)),
    'unsupported-model',
    'xl.safetensors',
    'Stable Diffusion XL',
  );
  assert.is(kept.size, 0);
});

test('a device that is full is storage-full, and nothing is kept', async () => {
  const { records } = setUp();
  const full: Records = {
    ...records,
    write: () => Promise.reject(Object.assign(new Error(), { name: 'QuotaExceededError' })),
  };
  await rejects(() => keptLoras(full).take(picked('a')), 'storage-full', 'a');
  assert.equal(await keptLoras(records).list(), []);
});

test('bytes that are no longer what they were are corrupt-store; a record that is none is passed over', async () => {
  const { loras, kept, records } = setUp();
  const { id } = await loras.take(picked('a'));
  const record = kept.get(`lora:${id}`) as { file: Blob };
  const other = new Uint8Array(await record.file.arrayBuffer());
  other[other.length - 1]! ^= 1;
  kept.set(`lora:${id}`, { ...record, file: new Blob([other]) });
  await rejects(() => keptLoras(records).open('a'), 'corrupt-store', 'LoRA a', id);
  kept.set('lora:x', { format: 1 });
  kept.set('lora:y', { ...record, format: 99 });
  assert.equal(await loras.names(), ['a']);
});

test.run();
