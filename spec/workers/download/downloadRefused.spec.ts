/** What a server sends in the place of a model, and servers that send nothing. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RemoteModel } from '../../../workers/api';
import type { CodedError } from '../../../workers/errors';
import type { ModelStore } from '../../../workers/store/modelStore';
import { bytesKept, device, rejection } from '../store/storeFixture';
import { FILE, fetched, type Options, onRetry } from './fetched';
import { fileServer, type Manners } from './fileServer';

const refused = async (
  manners: Partial<Manners>,
  remote: Partial<RemoteModel> = {},
  options: Options = {},
): Promise<{ error: CodedError; asked: number }> => {
  const server = await fileServer(manners.bytes ?? FILE, manners);
  const kept = device('idb');
  try {
    const store = (await kept.open()) as unknown as ModelStore<never>;
    const error = await rejection(fetched(store, { urls: [server.url], ...remote }, options));
    assert.is(await bytesKept(kept), 0);
    return { error, asked: server.asked.length };
  } finally {
    await server.close();
  }
};

const text = (content: string): Uint8Array => new TextEncoder().encode(content.padEnd(3000));
for (const [what, manners, got] of [
  [
    'an error page in the place of a file',
    { bytes: text('<!doctype html>'), type: 'text/html; charset=utf-8' },
    'a web page',
  ],
  ['a page that calls itself a file', { bytes: text('\n <html>') }, 'a web page'],
  ['a pickle', { bytes: text('PK\u0003\u0004') }, 'a pickle in a zip archive, as torch.save writes'],
  [
    'a pointer of Git LFS',
    { bytes: text('version https://git-lfs.github.com/spec/v1') },
    'a Git LFS pointer, in place of the file that it points to',
  ],
  ['nothing', { bytes: new Uint8Array() }, 'an empty file'],
  ['HTTP 404', { status: 404 }, 'HTTP 404'],
  ['a file of another length', {}, `${FILE.length} bytes`],
] as const) {
  test(`${what} is refused at once, before the rest of it`, async () => {
    const { error, asked } = await refused(manners, what === 'a file of another length' ? { bytes: 7 } : {});
    assert.equal([error.code, error.got, asked], ['download-failed', got, 1]);
  });
}

test('a busy server is asked four times, twice as late each time, and then given up', async () => {
  const waits: number[] = [];
  const wait = async (milliseconds: number): Promise<void> => void waits.push(milliseconds);
  const { error, asked } = await refused({ status: 503 }, {}, { wait });
  assert.equal([error.got, asked, waits], ['HTTP 503', 4, [1000, 2000, 4000]]);
});

test('a server that falls silent counts as broken', async () => {
  const server = await fileServer(FILE, { stallAfter: 1500 });
  const store = (await device('idb').open()) as unknown as ModelStore<never>;
  const onEvent = onRetry(() => Object.assign(server.manners, { stallAfter: undefined }));
  const done = await fetched(store, { urls: [server.url] }, { stallMilliseconds: 50, onEvent });
  assert.equal(done.bytes, FILE);
  const [retry] = done.events.filter((event) => event.type === 'retrying');
  assert.is(retry?.type === 'retrying' && retry.got, 'no bytes for too long');
  await server.close();
});

test('a server that cannot be reached, or forbids it, is said in words', async () => {
  const { error } = await refused({}, { urls: ['http://127.0.0.1:9/model.safetensors'] });
  assert.equal([error.code, error.got], ['download-failed', 'blocked by the server (CORS) or network']);
});

test('an address that is none is a bad argument', async () => {
  for (const urls of [[], ['ftp://x/y'], ['model.safetensors']]) {
    const error = await rejection(refused({}, { urls }).then(({ error: refusal }) => Promise.reject(refusal)));
    assert.equal([error.code, error.argument], ['bad-argument', 'url']);
  }
});

test.run();
