/** Bytes as chunks in `Records`, each named by its hash: the same chunk twice takes its space once. */
import { ChunkWeights } from './chunkWeights';
import type { Records } from './records';
import { release } from './release';
import type { Shelf } from './shelf';
import { type ChunkRecord, chunkKey } from './storedBytes';

export function chunkShelf(records: Records): Shelf {
  const chunk = async ({ sha256 }: ChunkRecord): Promise<ArrayBuffer | undefined> => {
    const value = await records.get(chunkKey(sha256));
    // By tag, because an ArrayBuffer out of another realm (a spec's database, an iframe) is no `instanceof` ours.
    return Object.prototype.toString.call(value) === '[object ArrayBuffer]' ? (value as ArrayBuffer) : undefined;
  };
  return {
    fresh: () => ({ chunks: [] }),
    append: async () => ({
      write: (chunk, { sha256 }, journal) => records.write([[chunkKey(sha256), chunk], journal]),
      close: async () => undefined,
    }),
    async read({ chunks }) {
      return {
        chunk: (index, spare) => {
          release(spare); // IndexedDB reads into memory of its own.
          return chunk(chunks[index]!);
        },
        weights: async (read, tensors, onReadTwice) => new ChunkWeights(read ?? [], tensors, onReadTwice),
        close: () => undefined,
      };
    },
    async blobs({ chunks }) {
      const blobs: Blob[] = [];
      // A blob is the browser's to keep, on disk where there are many.
      for (const record of chunks) blobs.push(new Blob([(await chunk(record)) ?? '']));
      return blobs;
    },
  };
}
