/** A store of small chunks on either shelf, and models to put into it. */
import 'fake-indexeddb/auto';
import { CodedError } from '../../../workers/errors';
import { idbRecords } from '../../../workers/store/idbRecords';
import { locking, withinThread } from '../../../workers/store/locking';
import {
  type IncomingModel,
  type ModelStore,
  openModelStore,
  type StoreOptions,
} from '../../../workers/store/modelStore';
import type { Records } from '../../../workers/store/records';
import { type FakeOrigin, fakeOrigin } from './fakeOrigin';

// Chunks of 1 KiB stand for 16 MiB: the unet's 2,500 bytes fall into chunks of 1024, 1024 and 452.
export const CHUNK_BYTES = 1024;
export interface Manifest {
  readonly tensors: readonly string[];
}

export const SHELVES = ['idb', 'opfs'] as const;
export type ShelfName = (typeof SHELVES)[number];

/** One browser's storage: several stores opened over it are several tabs. */
export interface Device {
  readonly records: Records;
  readonly origin: FakeOrigin;
  open(options?: StoreOptions): Promise<ModelStore<Manifest>>;
  /** As `open`, after all tabs were killed: their locks and handles are free, their pending writes lost. */
  restart(options?: StoreOptions): Promise<ModelStore<Manifest>>;
}

let databases = 0;
export const freshRecords = (): Records => {
  databases += 1;
  return idbRecords(`spec-${databases}`);
};

export function device(shelf: ShelfName, change: (records: Records) => Records = (records) => records): Device {
  const records = freshRecords();
  const origin = fakeOrigin();
  let locks = locking('', withinThread());
  const where = shelf === 'opfs' ? { files: origin, filesFrom: 0 } : {};
  const over = (own: Records, options: StoreOptions) =>
    openModelStore<Manifest>(own, { chunkBytes: CHUNK_BYTES, locks, ...where, ...options });
  return {
    records,
    origin,
    open: (options = {}) => over(change(records), options),
    restart(options = {}) {
      locks = locking('', withinThread());
      for (const kept of origin.files.values()) Object.assign(kept, { readers: 0, writers: 0 });
      return over(records, options);
    },
  };
}

/** Bytes that differ from each other and, by `salt`, from another model's. */
export const someBytes = (length: number, salt: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 7 + salt) & 255);

export async function* inPieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += pieceBytes) yield bytes.slice(start, start + pieceBytes);
}

export const stage = (name: string, bytes: Uint8Array, pieceBytes = 700) => ({
  name,
  bytes: bytes.length,
  data: (begin: number) => inPieces(bytes.subarray(begin), pieceBytes),
});

export const model = (salt = 0, pieceBytes = 700): IncomingModel<Manifest> => ({
  name: `model ${salt}`,
  origin: 'folder',
  width: 256,
  height: 128,
  manifest: { tensors: ['conv_in.weight'] },
  stages: [stage('text_encoder', someBytes(300, 100), pieceBytes), stage('unet', someBytes(2500, salt), pieceBytes)],
});

/** All bytes of a stage, as a drawing would read them. */
export async function readBack(store: ModelStore<Manifest>, id: string, name: string): Promise<Uint8Array> {
  const stored = await store.open(id);
  try {
    const weights = await stored.weights(name);
    const bytes = weights.read(0, weights.bytes).slice();
    weights.close();
    return bytes;
  } finally {
    stored.close();
  }
}

/** Bytes that lie on the device: of chunks and of files. */
export async function bytesKept({ records, origin }: Device): Promise<number> {
  const chunks = (await records.keys()).filter((key) => key.startsWith('chunk:'));
  const sizes = await Promise.all(chunks.map(async (key) => ((await records.get(key)) as ArrayBuffer).byteLength));
  const files = [...origin.files.values()].map(({ bytes }) => bytes.length);
  return [...sizes, ...files].reduce((sum, bytes) => sum + bytes, 0);
}

/** Resolves once so many bytes are there; fails after half a minute. */
export async function untilKept(kept: Device, bytes: number): Promise<void> {
  for (const deadline = Date.now() + 30_000; (await bytesKept(kept)) < bytes; ) {
    if (Date.now() > deadline) throw new Error(`${await bytesKept(kept)} bytes of ${bytes}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Whether nothing at all is left. */
export async function isEmpty({ records, origin }: Device): Promise<boolean> {
  return (await records.keys()).length === 0 && origin.files.size === 0;
}

export async function rejection(promise: Promise<unknown>): Promise<CodedError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('resolved');
}

interface StoredPart {
  file?: string;
  chunks: { sha256: string; bytes: number }[];
}
export interface MutableRecord {
  stages: StoredPart[];
}
export const readRecord = async ({ records }: Device, id: string): Promise<MutableRecord> =>
  (await records.get(`model:${id}`)) as MutableRecord;

/** Changes the bytes of the UNet's chunks where they lie. */
export async function meddle(
  device: Device,
  id: string,
  change: (chunks: Uint8Array[]) => Uint8Array[],
): Promise<void> {
  const { file, chunks } = (await readRecord(device, id)).stages[1]!;
  if (file === undefined) {
    const keys = chunks.map(({ sha256 }) => `chunk:${sha256}`);
    const read = await Promise.all(
      keys.map(async (key) => new Uint8Array((await device.records.get(key)) as ArrayBuffer)),
    );
    const changed = change(read);
    await device.records.write(changed.map((bytes, index) => [keys[index]!, bytes.slice().buffer] as const));
    return;
  }
  const kept = device.origin.files.get(file)!;
  let at = 0;
  const read = chunks.map(({ bytes }) => {
    at += bytes;
    return kept.bytes.slice(at - bytes, at);
  });
  kept.bytes = Uint8Array.from(change(read).flatMap((bytes) => [...bytes]));
}
