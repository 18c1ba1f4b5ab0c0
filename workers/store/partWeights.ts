/** Weights that cannot be read while somebody waits, fetched for one part of the network at a time. */
import type { StageWeights } from '../../models/stage';
import { checkBounds } from '../../models/stageWeights';
import { ChunkWeights } from './chunkWeights';
import type { Extent } from './shelf';
import { bytesOf, chunkStart, type StoredBytes } from './storedBytes';

/** `fetch` resolves to the chunks from `first` up to, but not including, `end`. */
export function partWeights(
  stored: StoredBytes,
  fetch: (first: number, end: number) => Promise<readonly ArrayBuffer[]>,
): StageWeights {
  const bytes = bytesOf(stored);
  let part = new ChunkWeights([]);
  let start = 0;
  return {
    bytes,
    async prepare(tensors) {
      part.close();
      const within = stored.chunks.flatMap((chunk, index) => {
        const from = chunkStart(stored, index);
        return tensors.some((tensor) => overlap(tensor, { offset: from, bytes: chunk.bytes })) ? [index] : [];
      });
      const [first = 0, last = -1] = [within[0], within.at(-1)];
      start = chunkStart(stored, first);
      const moved = tensors.map((tensor) => ({ offset: tensor.offset - start, bytes: tensor.bytes }));
      part = new ChunkWeights(await fetch(first, last + 1), moved);
    },
    read(begin, end) {
      checkBounds(begin, end, bytes);
      return part.read(begin - start, end - start);
    },
    close: () => part.close(),
  };
}

const overlap = (a: Extent, b: Extent): boolean => a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
