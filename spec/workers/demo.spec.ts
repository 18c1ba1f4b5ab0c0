import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MANIFEST_VERSION, type Manifest } from '../../models/manifest';
import type { ImportEvent } from '../../workers/api';
import { type FetchDemo, importDemo } from '../../workers/demo';
import { openModelStore } from '../../workers/store/modelStore';
import { asJson, randomModelFiles } from '../models/randomModel';
import { freshRecords, rejection } from './store/storeFixture';

const never = new AbortController().signal;
const files = await randomModelFiles('B');
const BYTES = [...files.values()].reduce((sum, { length }) => sum + length, 0);

/** A server of `contents` as version `version`. */
const server = (version: string, contents: ReadonlyMap<string, Uint8Array> = files): FetchDemo => {
  const index = { version, files: [...contents].map(([path, { length }]) => ({ path, bytes: length })) };
  return async (path) => {
    const body = path === 'index.json' ? asJson(index) : contents.get(path);
    return body ? new Response(body as Uint8Array<ArrayBuffer>) : new Response('', { status: 404 });
  };
};
const offline: FetchDemo = async () => {
  throw new TypeError('Failed to fetch');
};
const freshStore = () => openModelStore<Manifest>(freshRecords());
const silent = (): void => undefined;

test('the bytes are told while they arrive, all of them before the first is converted', async () => {
  const events: ImportEvent[] = [];
  const model = await importDemo(server('1'), await freshStore(), (event) => events.push(event), never);
  assert.equal(model.origins, [`demo:${MANIFEST_VERSION}:1`]);
  const downloads = events.flatMap((event) => (event.type === 'downloading' ? [event] : []));
  assert.equal(
    events.slice(0, downloads.length).map(({ type }) => type),
    downloads.map(() => 'downloading'),
  );
  assert.equal([downloads[0]?.bytes, downloads.at(-1)?.bytes, downloads.at(-1)?.of], [0, BYTES, BYTES]);
  assert.ok(downloads.every(({ bytes }, index) => index === 0 || bytes > downloads[index - 1]!.bytes));
  assert.ok(downloads.length > 4, `${downloads.length} times`);
});

test('a version that is there is not asked for again; without a connection it is used as it is', async () => {
  const store = await freshStore();
  const model = await importDemo(server('1'), store, silent, never);
  const asked: string[] = [];
  const counted: FetchDemo = (path, signal) => {
    asked.push(path);
    return server('1')(path, signal);
  };
  assert.equal(await importDemo(counted, store, silent, never), model);
  assert.equal(asked, ['index.json']);
  assert.equal(await importDemo(offline, store, silent, never), model);
});

test('a new version takes the place of the old one; a folder that somebody picked stays', async () => {
  const store = await freshStore();
  await importDemo(server('1'), store, silent, never);
  const newer = await importDemo(server('2', await randomModelFiles('A')), store, silent, never);
  assert.equal(await store.list(), [newer]);

  const picked = await freshStore();
  const first = await importDemo(server('1'), picked, silent, never);
  await picked.put({ ...asPicked(await picked.open(first.id)) });
  await importDemo(server('2', await randomModelFiles('A')), picked, silent, never);
  assert.is((await picked.list()).length, 2);
});

test('a demo model that another version of this engine stored is fetched again, and goes when the new one is there', async () => {
  const made = await freshStore();
  const { id } = await importDemo(server('1'), made, silent, never);
  const store = await freshStore();
  await store.put({ ...asPicked(await made.open(id)), origin: 'demo:1', name: 'old' });
  assert.is((await rejection(importDemo(offline, store, silent, never))).code, 'download-failed');
  const newer = await importDemo(server('1', await randomModelFiles('A')), store, silent, never);
  assert.equal(newer.origins, [`demo:${MANIFEST_VERSION}:1`]);
  assert.equal(await store.list(), [newer]);
});

/** The stored model as it would come in from a folder. */
function asPicked({
  summary,
  manifest,
  stages,
  chunks,
}: Awaited<ReturnType<Awaited<ReturnType<typeof freshStore>>['open']>>) {
  const incoming = stages.map(({ name, bytes }) => ({
    name,
    bytes,
    async *data() {
      for await (const chunk of chunks(name)) yield new Uint8Array(chunk);
    },
  }));
  return { ...summary, origin: 'folder', manifest, stages: incoming };
}

test('a download that fails, is refused, or breaks off says so, and leaves nothing behind', async () => {
  const records = freshRecords();
  const store = await openModelStore<Manifest>(records);
  const unet = 'unet/diffusion_pytorch_model.safetensors';
  const broken = (body: () => Response): FetchDemo => {
    return async (path, signal) => (path === unet ? body() : server('1')(path, signal));
  };
  const breaksOff = (): Response =>
    new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError('network error')) }));
  for (const [fetchDemo, code, argument, got] of [
    [offline, 'download-failed', 'index.json', 'Failed to fetch'],
    [broken(() => new Response('', { status: 404 })), 'download-failed', unet, 'HTTP 404'],
    [broken(breaksOff), 'download-failed', unet, 'network error'],
    [broken(() => new Response('short')), 'bad-model', unet, '5 bytes'],
  ] as const) {
    const error = await rejection(importDemo(fetchDemo, store, silent, never));
    assert.equal([error.code, error.argument, error.got], [code, argument, got]);
    assert.equal(await records.keys(), []);
  }
});

test.run();
