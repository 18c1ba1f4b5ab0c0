/** A long run of bytes in the store: its chunks with their hashes, and where they lie. */
import { sha256 } from './chunks';

/** One chunk. */
export interface ChunkRecord {
  readonly sha256: string;
  readonly bytes: number;
}

export interface StoredBytes {
  readonly chunks: readonly ChunkRecord[];
  /** The OPFS file that holds them one after another. Absent: each is a record of its own, named by its hash. */
  readonly file?: string;
}

export const chunkKey = (hash: string): string => `chunk:${hash}`;
export const isChunkKey = (key: string): boolean => key.startsWith('chunk:');

/** How many bytes there are. */
export const bytesOf = ({ chunks }: StoredBytes): number => chunks.reduce((sum, { bytes }) => sum + bytes, 0);

/** Where chunk `index` begins. */
export const chunkStart = ({ chunks }: StoredBytes, index: number): number =>
  chunks.slice(0, index).reduce((sum, { bytes }) => sum + bytes, 0);

/** Keys of the chunks that are records. */
export const chunkKeys = ({ chunks, file }: StoredBytes): string[] =>
  file === undefined ? chunks.map((chunk) => chunkKey(chunk.sha256)) : [];

/** `chunk` as it is written down. */
export const chunkRecord = async (chunk: ArrayBuffer): Promise<ChunkRecord> => ({
  sha256: await sha256(chunk),
  bytes: chunk.byteLength,
});
