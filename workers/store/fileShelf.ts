/** Bytes as files of the origin private file system: the only ones that a worker can read straight into the WASM heap. */
import { checkBounds } from '../../models/stageWeights';
import { CodedError } from '../errors';
import { type OriginDirectory, type OriginFile, readBlobSync } from './originFiles';
import type { Records } from './records';
import { release } from './release';
import type { Shelf } from './shelf';
import { bytesOf, chunkStart, type StoredBytes } from './storedBytes';

export function fileShelf(directory: OriginDirectory, records: Records): Shelf {
  return {
    fresh: () => ({ chunks: [], file: crypto.randomUUID() }),

    async append(stored) {
      const handle = await (await directory.getFileHandle(stored.file!, { create: true })).createSyncAccessHandle();
      let at = bytesOf(stored);
      return {
        async write(chunk, _, journal) {
          writeAll(handle, new Uint8Array(chunk), at);
          at += chunk.byteLength;
          await records.write([journal]);
        },
        async close() {
          try {
            handle.flush();
          } finally {
            handle.close();
          }
        },
      };
    },

    async blobs(stored) {
      const blob = await (await existing(directory, stored)).getFile();
      return [blob.slice(0, bytesOf(stored))];
    },

    async read(stored) {
      const { read, close } = await openFile(directory, stored);
      const bytes = bytesOf(stored);
      let buffer = new Uint8Array(0);
      return {
        async chunk(index, spare) {
          const start = chunkStart(stored, index);
          const { bytes: length } = stored.chunks[index]!;
          const chunk = new Uint8Array(spare?.byteLength === length ? spare : new ArrayBuffer(length));
          return read(chunk, start) === chunk.length ? chunk.buffer : undefined;
        },
        weights: async () => ({
          bytes,
          read(begin, end) {
            checkBounds(begin, end, bytes);
            // One buffer for all reads, as large as the largest: fresh ones would wait for the garbage collector.
            if (buffer.length < end - begin) {
              release(buffer.buffer);
              buffer = new Uint8Array(end - begin);
            }
            const slice = buffer.subarray(0, end - begin);
            const got = read(slice, begin);
            if (got !== slice.length) throw gone(stored, `${slice.length} bytes at ${begin}`, `${got}`);
            return slice;
          },
          close() {
            release(buffer.buffer);
            buffer = new Uint8Array(0);
            close();
          },
        }),
        close,
      };
    },
  };
}

/** Writes all of `bytes`; a short write is a full disk that says so by itself. */
function writeAll(handle: { write(b: Uint8Array, o: { at: number }): number }, bytes: Uint8Array, at: number): void {
  const written = handle.write(bytes, { at });
  if (written === bytes.length) return;
  throw Object.assign(new Error(`${written} of ${bytes.length} bytes written`), { name: 'QuotaExceededError' });
}

interface OpenFile {
  /** Fills `into` from `at` on; returns how many bytes there were. */
  read(into: Uint8Array, at: number): number;
  close(): void;
}

async function openFile(directory: OriginDirectory, stored: StoredBytes): Promise<OpenFile> {
  const file = await existing(directory, stored);
  try {
    // Several may read at once where the browser knows the mode (Chromium 121); elsewhere the first has it alone.
    const handle = await file.createSyncAccessHandle({ mode: 'read-only' });
    return { read: (into, at) => handle.read(into, { at }), close: () => handle.close() };
  } catch (error) {
    if ((error as Error).name !== 'NoModificationAllowedError') throw error;
    return openBlob(file);
  }
}

async function existing(directory: OriginDirectory, stored: StoredBytes): Promise<OriginFile> {
  const file = await directory.getFileHandle(stored.file!).catch(() => undefined);
  if (!file) throw gone(stored, `${bytesOf(stored)} bytes`, 'nothing');
  return file;
}

/** As it was when it was opened; reading a file that changed meanwhile throws. */
async function openBlob(file: OriginFile): Promise<OpenFile> {
  const blob = await file.getFile();
  return {
    read(into, at) {
      const bytes = readBlobSync(blob.slice(at, at + into.length));
      into.set(bytes);
      return bytes.length;
    },
    close: () => undefined,
  };
}

const gone = ({ file }: StoredBytes, expected: string, got: string): CodedError =>
  new CodedError('corrupt-store', { argument: `file ${file}`, expected, got });
