/** Downloads against a real server on this machine, on either shelf. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { download } from '../../../workers/download/download';
import { CodedError } from '../../../workers/errors';
import { type ModelStore, openModelStore } from '../../../workers/store/modelStore';
import { bytesKept, type Device, device, isEmpty, rejection, SHELVES } from '../store/storeFixture';
import { type Fetched, FILE, fetched, file, never, onRetry, SHA256 } from './fetched';
import { type FileServer, fileServer, type Manners } from './fileServer';

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
      // All that is needed to ask for it again.
      assert.equal(left?.remote, { name: 'model.safetensors', urls: [server.url], sha256: SHA256 });
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
    'where nothing tells one file from another, the last of what is here is compared: the same goes on',
    { cutAfter: 3000 },
    async (server, _, store) => {
      const onEvent = onRetry(() => Object.assign(server.manners, { cutAfter: undefined }));
      const done = await fetched(store, { urls: [server.url] }, { onEvent });
      assert.equal(done.bytes, FILE);
      assert.equal(server.asked, ['all', 'bytes=1500-']);
      assert.not(types(done).includes('restarted'));
    },
  );

  spec('and another begins anew, cut off while it is compared or not', { cutAfter: 3000 }, async (server, _, store) => {
    const changed = file(9);
    const becomes = [{ cutAfter: 700 }, { bytes: changed, cutAfter: undefined }];
    const onEvent = onRetry(() => Object.assign(server.manners, becomes.shift()));
    const done = await fetched(store, { urls: [server.url] }, { onEvent });
    assert.equal(done.bytes, changed);
    assert.equal(server.asked, ['all', 'bytes=1500-', 'bytes=1500-', 'all']);
    assert.ok(types(done).includes('restarted'));
  });

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
    assert.equal([error.argument, error.expected, error.got], [server.url, `SHA-256 ${sha256}`, SHA256]);
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

test.run();
