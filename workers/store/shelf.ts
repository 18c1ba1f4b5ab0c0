/** Where stored bytes lie: as records in IndexedDB (`chunkShelf.ts`) or as OPFS files (`fileShelf.ts`). */
import type { StageWeights } from '../../models/stage';
import type { Entry } from './records';
import type { ChunkRecord, StoredBytes } from './storedBytes';

export interface Shelf {
  /** Bytes to begin with, none yet. */
  fresh(): StoredBytes;
  /** Opens `stored` to write more chunks behind those it has. */
  append(stored: StoredBytes): Promise<ChunkWriter>;
  /** Opens `stored` to be read. Rejects with `corrupt-store` where it is gone. */
  read(stored: StoredBytes): Promise<ChunkReader>;
  /** `stored` as blobs, one after another, that are read when they are read; unchecked. */
  blobs(stored: StoredBytes): Promise<Blob[]>;
}

export interface ChunkWriter {
  /** Writes the next chunk and, once it is there, `journal`, which tells of it. */
  write(chunk: ArrayBuffer, record: ChunkRecord, journal: Entry): Promise<void>;
  close(): Promise<void>;
}

export interface ChunkReader {
  /**
   * Chunk `index` as it lies there, unchecked; `undefined` where it is not. Several may be asked for at once. `spare` is
   * memory that nobody needs any more and that may be used for it.
   */
  chunk(index: number, spare?: ArrayBuffer): Promise<ArrayBuffer | undefined>;
  /**
   * Everything as weights, read by slices; `chunks` are those that were read before, where a shelf cannot read while
   * somebody waits. `tensors` says what will be asked for, each once; `onReadTwice` is told where that was wrong and cost
   * a read. The reader belongs to the weights from then on.
   */
  weights(
    chunks: readonly ArrayBuffer[] | undefined,
    tensors: readonly Extent[] | undefined,
    onReadTwice: () => void,
  ): Promise<StageWeights>;
  close(): void;
}

/** Where something lies in the whole. */
export interface Extent {
  readonly offset: number;
  readonly bytes: number;
}
