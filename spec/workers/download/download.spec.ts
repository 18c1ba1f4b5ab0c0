/** Downloads against a real server on this machine, on either shelf. */
import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeSafetensors } from '../../../models/safetensorsWriter';
import type { ByteSource } from '../../../models/source';
import type { ImportEvent, RemoteModel } from '../../../workers/api';
import { type DownloadOptions, download } from '../../../workers/download/download';
import { CodedError } from '../../../workers/errors';
import type { ModelStore } from '../../../workers/store/modelStore';
import { bytesKept, type Device, device, isEmpty, rejection, SHELVES, someBytes } from '../store/storeFixture';
import { type FileServer, fileServer, type Manners } from './fileServer';

/** A safetensors file of 5,000 bytes and a header: chunks of 1,024 in these specs. */
const file = (salt = 0): Uint8Array =>
  encodeSafetensors([{ name: 'a', dtype: 'U8', shape: [5000], data: someBytes(5000, salt) }]);
const FILE = file();
const SHA256 = createHash('sha256').update(FILE).digest('hex');
const never = new AbortController().signal;

interface Fetched {
  readonly events: ImportEvent[];
  readonly waits: number[];
  readonly bytes: Uint8Array;
}

async function fetched(
  store: ModelStore<never>,
  remote: Partial<RemoteModel> & Pick<RemoteModel, 'urls'>,
  { signal = never, onEvent = () => undefined, ...options }: Options = {},
): Promise<Fetched> {
  const events: ImportEvent[] = [];
  const waits: number[] = [];
  const all: DownloadOptions = {
    store,
    fetch: (url, init) => fetch(url, init),
    origin: 'http://elsewhere',
    now: () => performance.now(),
    wait: async (milliseconds) => void waits.push(milliseconds),
    ...options,
  };
  const tell = (event: ImportEvent): void => {
    events.push(event);
    onEvent(event);
  };
  const whole = (source: ByteSource) => source.read(0, source.size);
  const bytes = await download({ name: 'model.safetensors', ...remote }, all, tell, signal, whole);
  return { events, waits, bytes };
}

interface Options extends Partial<DownloadOptions> {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ImportEvent) => void;
}

const onRetry =
  (work: () => void) =>
  ({ type }: ImportEvent): void => {
    if (type === 'retrying') work();
  };

const types = ({ events }: Fetched): string[] =>
  events.map(({ type }) => type).filter((type) => type !== 'downloading');

for (const shelf of SHELVES) {
  const spec = (
    sentence: string,
    manners: Partial<Manners>,
    work: (server: FileServer, kept: Device, store: ModelStore<never>) => Promise<void>,
  ) =>
    test(`${shelf}: ${sentence}`, async () => {
      const server = await fileServer(FILE, manners);
      const kept = device(shelf);
      try {
        await work(server, kept, (await kept.open()) as unknown as ModelStore<never>);
      } finally {
        await server.close();
      }
    });

  spec('a file arrives whole, is proven, used, and dropped', {}, async (server, kept, store) => {
    const done = await fetched(store, { urls: [server.url], sha256: SHA256 });
    assert.equal(done.bytes, FILE);
    const downloads = done.events.filter(({ type }) => type === 'downloading');
    assert.equal(downloads.at(-1), { ...downloads.at(-1), bytes: FILE.length, of: FILE.length });
    assert.equal(types(done), ['verifying']);
    assert.equal(server.asked, ['all']);
    assert.ok(await isEmpty(kept));
  });

  for (const [what, manners] of [
    ['redirects', { redirect: true }],
    ['has no Range and no Content-Length', { noRange: true, noLength: true }],
  ] as const) {
    spec(`a server that ${what} will do`, manners, async (server, _, store) => {
      assert.equal((await fetched(store, { urls: [server.url] })).bytes, FILE);
    });
  }

  spec('a connection that breaks goes on where it broke', { cutAfter: 3000, etag: '"1"' }, async (server, _, store) => {
    const done = await fetched(store, { urls: [server.url], sha256: SHA256 });
    assert.equal(done.bytes, FILE);
    assert.equal(server.asked, ['all', 'bytes=3000-']);
    assert.equal(done.waits, [1000]);
  });

  spec(
    'a pause keeps what is here, also over a restart of the browser',
    { cutAfter: 3000 },
    async (server, kept, store) => {
      const pause = new AbortController();
      const onEvent = onRetry(() => pause.abort(new Error('paused')));
      await fetched(store, { urls: [server.url], sha256: SHA256 }, { signal: pause.signal, onEvent }).then(
        () => assert.unreachable(),
        (error) => assert.is(error.message, 'paused'),
      );
      assert.is(await bytesKept(kept), 3000);
      const [left] = (await store.report()).freeable;
      assert.equal([left?.kind, left?.name, left?.bytes], ['download', 'model.safetensors', 3000]);
      const again = (await kept.restart()) as unknown as ModelStore<never>;
      assert.equal((await fetched(again, { urls: [server.url], sha256: SHA256 })).bytes, FILE);
      assert.equal(server.asked, ['all', 'bytes=3000-']);
      assert.ok(await isEmpty(kept));
    },
  );

  spec(
    'a file that changed meanwhile begins anew, and says so',
    { cutAfter: 3000, etag: '"1"' },
    async (server, _, store) => {
      const changed = file(9);
      const onEvent = onRetry(() =>
        Object.assign(server.manners, { bytes: changed, etag: '"2"', cutAfter: undefined }),
      );
      const done = await fetched(store, { urls: [server.url] }, { onEvent });
      assert.equal(done.bytes, changed);
      assert.ok(types(done).includes('restarted'));
    },
  );

  spec(
    'of our own origin the server is asked by If-Range',
    { cutAfter: 3000, etag: '"1"' },
    async (server, _, store) => {
      const onEvent = onRetry(() =>
        Object.assign(server.manners, { bytes: file(9), etag: '"2"', cutAfter: undefined }),
      );
      const done = await fetched(store, { urls: [server.url] }, { onEvent, origin: new URL(server.url).origin });
      assert.equal(done.bytes, file(9));
      assert.equal(server.asked, ['all', 'bytes=3000- if "1"']);
    },
  );

  spec(
    'a mirror that fails is followed by the next, which goes on where the hash is known',
    { cutAfter: 3000 },
    async (first, _, store) => {
      const second = await fileServer(FILE);
      first.manners.cutAfter = 3000;
      const onEvent = onRetry(() => Object.assign(first.manners, { status: 503 }));
      const done = await fetched(store, { urls: [first.url, second.url], sha256: SHA256 }, { onEvent });
      assert.equal(done.bytes, FILE);
      assert.equal(second.asked, ['bytes=3000-']);
      await second.close();
    },
  );

  spec(
    'without a hash another mirror begins anew: it may have another file',
    { cutAfter: 3000 },
    async (first, _, store) => {
      const second = await fileServer(file(5));
      const onEvent = onRetry(() => Object.assign(first.manners, { status: 404 }));
      const done = await fetched(store, { urls: [first.url, second.url] }, { onEvent });
      assert.equal(done.bytes, file(5));
      assert.equal(second.asked, ['all']);
      await second.close();
    },
  );

  spec('the wrong bytes under the right name are never used', {}, async (server, kept, store) => {
    const sha256 = 'a'.repeat(64);
    const error = await rejection(fetched(store, { urls: [server.url], sha256 }));
    assert.is(error.code, 'download-failed');
    assert.equal(error.details, { argument: server.url, expected: `SHA-256 ${sha256}`, got: SHA256 });
    assert.is(await bytesKept(kept), 0);
  });

  spec('a damaged kept chunk is fetched again', { cutAfter: 3000 }, async (server, kept, store) => {
    const pause = new AbortController();
    const onEvent = onRetry(() => pause.abort(new Error('paused')));
    await fetched(store, { urls: [server.url], sha256: SHA256 }, { signal: pause.signal, onEvent }).catch(
      () => undefined,
    );
    for (const origin of kept.origin.files.values()) origin.bytes[1500]! ^= 1;
    for (const key of (await kept.records.keys()).filter((name) => name.startsWith('chunk:'))) {
      const bytes = new Uint8Array((await kept.records.get(key)) as ArrayBuffer);
      if (bytes.length === 1024 && bytes[0] !== FILE[0]) bytes[500]! ^= 1; // the second
      await kept.records.write([[key, bytes.buffer]]);
    }
    server.manners.cutAfter = undefined;
    assert.equal((await fetched(store, { urls: [server.url], sha256: SHA256 })).bytes, FILE);
    assert.is(server.asked.at(-1), 'bytes=1024-');
  });

  spec('a full disk is `storage-full`; what fits stays for going on', {}, async (server, kept) => {
    const store = (await kept.open()) as unknown as ModelStore<never>;
    kept.origin.quota = 2500;
    const full = new Set<string>();
    const records = {
      ...kept.records,
      async write(entries: Parameters<typeof kept.records.write>[0], removed: readonly string[] = []) {
        const chunk = entries.find(([key]) => key.startsWith('chunk:'));
        if (chunk && full.size >= 2) throw Object.assign(new Error('full'), { name: 'QuotaExceededError' });
        if (chunk) full.add(chunk[0]);
        await kept.records.write(entries, removed);
      },
    };
    const { openModelStore } = await import('../../../workers/store/modelStore');
    const small =
      shelf === 'opfs'
        ? store
        : ((await openModelStore(records, { chunkBytes: 1024 })) as unknown as ModelStore<never>);
    const error = await rejection(fetched(small, { urls: [server.url], sha256: SHA256 }));
    assert.is(error.code, 'storage-full');
    assert.is(await bytesKept(kept), 2048);
    kept.origin.quota = Number.POSITIVE_INFINITY;
    assert.equal((await fetched(store, { urls: [server.url], sha256: SHA256 })).bytes, FILE);
    assert.equal(server.asked, ['all', 'bytes=2048-']);
  });

  spec(
    'what is no model is dropped, what could not be used for another reason stays',
    {},
    async (server, kept, store) => {
      const remote = { name: 'x', urls: [server.url] };
      const options = { store, fetch, origin: '', now: () => 0, wait: async () => undefined };
      const use = (code: 'bad-model' | 'storage-full') => async () => {
        throw new CodedError(code, { argument: 'x', expected: 'y', got: 'z' });
      };
      await rejection(download(remote, options, () => undefined, never, use('storage-full')));
      assert.is(await bytesKept(kept), FILE.length);
      await rejection(download(remote, options, () => undefined, never, use('bad-model')));
      assert.ok(await isEmpty(kept));
      assert.equal(server.asked, ['all']);
    },
  );
}

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
    'an HTML page',
  ],
  ['a page that calls itself a file', { bytes: text('\n <html>') }, 'an HTML page'],
  ['a pickle', { bytes: text('PK\u0003\u0004') }, 'a pickle (.ckpt)'],
  ['a pointer of Git LFS', { bytes: text('version https://git-lfs.github.com/spec/v1') }, 'a Git LFS pointer'],
  ['nothing', { bytes: new Uint8Array() }, '0 bytes'],
  ['HTTP 404', { status: 404 }, 'HTTP 404'],
  ['a file of another length', {}, `${FILE.length} bytes`],
] as const) {
  test(`${what} is refused at once, before the rest of it`, async () => {
    const { error, asked } = await refused(manners, what === 'a file of another length' ? { bytes: 7 } : {});
    assert.equal([error.code, error.details.got, asked], ['download-failed', got, 1]);
  });
}

test('a busy server is asked four times, twice as late each time, and then given up', async () => {
  const waits: number[] = [];
  const wait = async (milliseconds: number): Promise<void> => void waits.push(milliseconds);
  const { error, asked } = await refused({ status: 503 }, {}, { wait });
  assert.equal([error.details.got, asked, waits], ['HTTP 503', 4, [1000, 2000, 4000]]);
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
  assert.equal([error.code, error.details.got], ['download-failed', 'blocked by the server (CORS) or network']);
});

test('an address that is none is a bad argument', async () => {
  for (const urls of [[], ['ftp://x/y'], ['model.safetensors']]) {
    const error = await rejection(refused({}, { urls }).then(({ error: refusal }) => Promise.reject(refusal)));
    assert.equal([error.code, error.details.argument], ['bad-argument', 'url']);
  }
});

test.run();
