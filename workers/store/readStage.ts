/** Reads one stage's weights back out of the store, chunk by chunk, and believes no byte that lost its hash. */
import { CodedError } from '../errors';
import { sha256 } from './chunks';
import { type ChunkRecord, chunkKey, type StageRecord } from './modelRecord';
import type { Records } from './records';

/** All bytes of `stage`. The next chunk is fetched while this one is hashed: both take about as long. */
export async function readStage(
  records: Records,
  stage: StageRecord,
  onProgress?: (bytes: number, of: number) => void,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const weights = allocate(stage);
  let filled = 0;
  let next = fetchChunk(records, stage.chunks[0]);
  for (const [index, chunk] of stage.chunks.entries()) {
    const value = await next;
    signal?.throwIfAborted();
    next = fetchChunk(records, stage.chunks[index + 1]);
    const bytes = await checked(value, chunk, `${stage.name} chunk ${index}`);
    weights.set(new Uint8Array(bytes), filled);
    filled += bytes.byteLength;
    onProgress?.(filled, stage.bytes);
  }
  return weights;
}

function allocate(stage: StageRecord): Uint8Array {
  try {
    return new Uint8Array(stage.bytes);
  } catch (cause) {
    const details = { argument: `weights of ${stage.name}`, expected: `${stage.bytes} bytes`, got: 'no room' };
    throw new CodedError('out-of-memory', details, { cause });
  }
}

function fetchChunk(records: Records, chunk: ChunkRecord | undefined): Promise<unknown> {
  const value = chunk ? records.get(chunkKey(chunk.sha256)) : Promise.resolve(undefined);
  value.catch(() => undefined); // Awaited a turn later; until then a rejection must not count as unhandled.
  return value;
}

async function checked(value: unknown, chunk: ChunkRecord, argument: string): Promise<ArrayBuffer> {
  // By tag, because an ArrayBuffer out of another realm (a spec's database, an iframe) is no `instanceof` ours.
  if (Object.prototype.toString.call(value) !== '[object ArrayBuffer]') {
    throw new CodedError('corrupt-store', { argument, expected: chunk.sha256, got: 'nothing' });
  }
  const bytes = value as ArrayBuffer;
  const got = await sha256(bytes);
  if (got !== chunk.sha256) throw new CodedError('corrupt-store', { argument, expected: chunk.sha256, got });
  return bytes;
}
