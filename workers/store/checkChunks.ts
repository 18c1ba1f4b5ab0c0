/** Believes no byte that lost its hash. */
import { CodedError } from '../errors';
import { hashInTurn, sha256 } from './chunks';
import { release } from './release';
import type { ChunkReader } from './shelf';
import { bytesOf, type ChunkRecord, type StoredBytes } from './storedBytes';

export interface Checking {
  /** What messages call the whole. */
  readonly name: string;
  /** Whether chunks stay; by default the memory of one is used for the next but one. */
  readonly keep?: boolean;
  readonly onProgress?: ((bytes: number, of: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Every chunk in order, each as it was written. Throws `corrupt-store` (chunk and hashes) at the first that is not. */
export async function* checkedChunks(
  reader: ChunkReader,
  stored: StoredBytes,
  { name, keep = false, onProgress, signal }: Checking,
): AsyncGenerator<ArrayBuffer, void, void> {
  const { chunks } = stored;
  const of = bytesOf(stored);
  let done = 0;
  const hash = hashInTurn();
  let spare: ArrayBuffer | undefined;
  // The next chunk is fetched while this one is hashed, which another thread does: both take about as long.
  let next = fetchChunk(reader, 0, chunks.length);
  for (const [index, record] of chunks.entries()) {
    const chunk = await next;
    signal?.throwIfAborted();
    const proof = checked(chunk, record, `${name} chunk ${index}`, hash);
    next = fetchChunk(reader, index + 1, chunks.length, spare);
    yield await proof;
    // Fresh ones would wait for the garbage collector, which came by after 600 MB of a network of 900.
    spare = keep ? undefined : chunk;
    done += record.bytes;
    onProgress?.(done, of);
  }
  release(spare);
}

/** `chunk`, if it is what `record` says. */
export async function checked(
  chunk: ArrayBuffer | undefined,
  { sha256: expected }: ChunkRecord,
  argument: string,
  hash: (bytes: ArrayBuffer) => Promise<string> = sha256,
): Promise<ArrayBuffer> {
  if (!chunk) throw new CodedError('corrupt-store', { argument, expected, got: 'nothing' });
  const got = await hash(chunk);
  if (got !== expected) throw new CodedError('corrupt-store', { argument, expected, got });
  return chunk;
}

/** How many chunks from the first on are still what was written. */
export async function soundChunks(reader: ChunkReader, stored: StoredBytes): Promise<number> {
  let sound = 0;
  try {
    for await (const _ of checkedChunks(reader, stored, { name: '' })) sound += 1;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
  }
  return sound;
}

function fetchChunk(
  reader: ChunkReader,
  index: number,
  count: number,
  spare?: ArrayBuffer,
): Promise<ArrayBuffer | undefined> {
  if (index >= count) {
    release(spare);
    return Promise.resolve(undefined);
  }
  const chunk = reader.chunk(index, spare);
  chunk.catch(() => undefined); // Awaited a turn later; until then a rejection must not count as unhandled.
  return chunk;
}
