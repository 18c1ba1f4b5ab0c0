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
  let runs: Run[] = [];
  const close = (): void => {
    for (const { weights } of runs) weights.close();
    runs = [];
  };
  return {
    bytes,
    async prepare(tensors) {
      close();
      for (const [first, end] of runsOf(stored, tensors)) {
        const [start, stop] = [chunkStart(stored, first), chunkStart(stored, end)];
        const own = tensors.filter((tensor) => overlap(tensor, { offset: start, bytes: stop - start }));
        const moved = own.map((tensor) => ({ offset: tensor.offset - start, bytes: tensor.bytes }));
        runs.push({ start, weights: new ChunkWeights(await fetch(first, end), moved) });
      }
    },
    read(begin, end) {
      checkBounds(begin, end, bytes);
      const run = runs.findLast(({ start }) => start <= begin) ?? { start: 0, weights: new ChunkWeights([]) };
      return run.weights.read(begin - run.start, end - run.start);
    },
    close,
  };
}

/** Chunks that lie side by side, from byte `start` of the whole. */
interface Run {
  readonly start: number;
  readonly weights: ChunkWeights;
}

/** The chunks that `tensors` lie in, as runs from a first one up to, but not including, an end. */
function runsOf(stored: StoredBytes, tensors: readonly Extent[]): [first: number, end: number][] {
  const runs: [number, number][] = [];
  let offset = 0;
  for (const [index, { bytes }] of stored.chunks.entries()) {
    const chunk = { offset, bytes };
    offset += bytes;
    if (!tensors.some((tensor) => overlap(tensor, chunk))) continue;
    const last = runs.at(-1);
    if (last?.[1] === index) last[1] = index + 1;
    else runs.push([index, index + 1]);
  }
  return runs;
}

const overlap = (a: Extent, b: Extent): boolean => a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
