/** A store of small chunks in a fake IndexedDB, and models to put into it. */
import 'fake-indexeddb/auto';
import { CodedError } from '../../../workers/errors';
import { exclusive } from '../../../workers/store/exclusive';
import { idbRecords } from '../../../workers/store/idbRecords';
import { type IncomingModel, openModelStore, type StoreOptions } from '../../../workers/store/modelStore';
import type { Records } from '../../../workers/store/records';

// Chunks of 1 KiB stand for 16 MiB: the unet's 2,500 bytes fall into chunks of 1024, 1024 and 452.
export const CHUNK_BYTES = 1024;
export interface Manifest {
  readonly tensors: readonly string[];
}

let databases = 0;
export const freshRecords = (): Records => {
  databases += 1;
  return idbRecords(`spec-${databases}`);
};
// A lock of its own per opening, as another tab without Web Locks would have.
export const openStore = (records: Records, options: StoreOptions = {}) =>
  openModelStore<Manifest>(records, { chunkBytes: CHUNK_BYTES, lock: exclusive('spec', undefined), ...options });

/** Bytes that differ from each other and, by `salt`, from another model's. */
export const someBytes = (length: number, salt: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 7 + salt) & 255);

export async function* inPieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceBytes) yield bytes.slice(start, start + pieceBytes);
}

export const model = (salt = 0, pieceBytes = 700): IncomingModel<Manifest> => ({
  name: `model ${salt}`,
  origin: 'folder',
  width: 256,
  height: 128,
  manifest: { tensors: ['conv_in.weight'] },
  stages: [
    { name: 'text_encoder', bytes: 300, data: inPieces(someBytes(300, 100), pieceBytes) },
    { name: 'unet', bytes: 2500, data: inPieces(someBytes(2500, salt), pieceBytes) },
  ],
});

export const chunkCount = async (records: Records): Promise<number> =>
  (await records.keys()).filter((key) => key.startsWith('chunk:')).length;

export async function rejection(promise: Promise<unknown>): Promise<CodedError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('resolved');
}
export interface MutableRecord {
  stages: { chunks: { sha256: string }[] }[];
}
export const readRecord = async (records: Records, id: string): Promise<MutableRecord> =>
  (await records.get(`model:${id}`)) as MutableRecord;
export const unetChunkKeys = async (records: Records, id: string): Promise<string[]> =>
  (await readRecord(records, id)).stages[1]!.chunks.map((chunk) => `chunk:${chunk.sha256}`);
