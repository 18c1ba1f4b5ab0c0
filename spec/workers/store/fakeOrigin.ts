/** The origin private file system in memory: one writer or several readers a file, as in Chromium, and a quota. */
import type { OriginDirectory, OriginFile, SyncHandle } from '../../../workers/store/originFiles';

interface Kept {
  bytes: Uint8Array;
  writers: number;
  readers: number;
}

export interface FakeOrigin extends OriginDirectory {
  readonly files: Map<string, Kept>;
  /** Bytes that all files together may take. */
  quota: number;
}

const fault = (name: string): Error => Object.assign(new Error(name), { name });

export function fakeOrigin(): FakeOrigin {
  const files = new Map<string, Kept>();
  const origin: FakeOrigin = {
    files,
    quota: Number.POSITIVE_INFINITY,
    async getFileHandle(name, { create } = { create: false }) {
      if (!files.has(name) && !create) throw fault('NotFoundError');
      if (!files.has(name)) files.set(name, { bytes: new Uint8Array(), writers: 0, readers: 0 });
      return file(origin, files.get(name)!);
    },
    async removeEntry(name) {
      const kept = files.get(name);
      if (!kept) throw fault('NotFoundError');
      if (kept.readers + kept.writers > 0) throw fault('NoModificationAllowedError');
      files.delete(name);
    },
    async *keys() {
      yield* [...files.keys()];
    },
  };
  return origin;
}

const file = (origin: FakeOrigin, kept: Kept): OriginFile => ({
  async createSyncAccessHandle({ mode } = { mode: 'readwrite' }) {
    const busy = mode === 'read-only' ? kept.writers : kept.writers + kept.readers;
    if (busy > 0) throw fault('NoModificationAllowedError');
    const role = mode === 'read-only' ? 'readers' : 'writers';
    kept[role] += 1;
    return handle(origin, kept, () => {
      kept[role] -= 1;
    });
  },
  getFile: async () => new Blob([kept.bytes.slice()]),
});

function handle(origin: FakeOrigin, kept: Kept, closed: () => void): SyncHandle {
  let open = true;
  const alive = (): void => {
    if (!open) throw fault('InvalidStateError');
  };
  return {
    read(into, { at }) {
      alive();
      const piece = kept.bytes.subarray(at, at + into.length);
      into.set(piece);
      return piece.length;
    },
    write(from, { at }) {
      alive();
      const others = [...origin.files.values()].reduce((sum, { bytes }) => sum + bytes.length, -kept.bytes.length);
      const length = Math.max(kept.bytes.length, at + from.length);
      if (others + length > origin.quota) throw fault('QuotaExceededError');
      const bytes = new Uint8Array(length);
      bytes.set(kept.bytes);
      bytes.set(from, at);
      kept.bytes = bytes;
      return from.length;
    },
    truncate(length) {
      alive();
      kept.bytes = kept.bytes.slice(0, length);
    },
    getSize: () => kept.bytes.length,
    flush: alive,
    close() {
      if (open) closed();
      open = false;
    },
  };
}
