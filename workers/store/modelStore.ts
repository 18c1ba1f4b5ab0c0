/**
 * Converted models on the device. Promises:
 * - A model is there, or it is not: its record is written after all of its chunks, in one transaction.
 * - What is read is what was written: every chunk is checked against its hash, the record against its id.
 * - Nothing is kept for nothing: what an interrupted import left is swept at the next opening, a failed one at once.
 * Chunks are named by content, so the same model twice, or two models that share a stage, are stored once.
 */
import type { ModelSummary } from '../api';
import { CodedError } from '../errors';
import { CHUNK_BYTES, chunked, sha256 } from './chunks';
import { type Exclusive, exclusive } from './exclusive';
import {
  asModelRecord,
  type ChunkRecord,
  chunkKey,
  chunkKeys,
  contentId,
  isChunkKey,
  isModelKey,
  isNewerRecord,
  type ModelRecord,
  modelKey,
  RECORD_FORMAT,
  type StageRecord,
} from './modelRecord';
import { readStage } from './readStage';
import type { Records } from './records';

/** A model on its way in. `bytes` of a stage is what its stream must add up to. */
export interface IncomingModel<Manifest> {
  readonly name: string;
  /** One of `ModelSummary.origins`. */
  readonly origin: string;
  /** The size it was trained for, pixels. */
  readonly width: number;
  readonly height: number;
  /** Plain JSON. */
  readonly manifest: Manifest;
  readonly stages: readonly IncomingStage[];
}

export interface IncomingStage {
  readonly name: string;
  readonly bytes: number;
  readonly data: AsyncIterable<Uint8Array>;
}

/** A model opened for reading. */
export interface StoredModel<Manifest> {
  readonly summary: ModelSummary;
  readonly manifest: Manifest;
  /** All weights of `stage`, checked. Rejects with `corrupt-store` (chunk and hashes) or `out-of-memory`. */
  weights(stage: string, onProgress?: (bytes: number, of: number) => void, signal?: AbortSignal): Promise<Uint8Array>;
}

export interface ModelStore<Manifest> {
  /** Takes `model` in and resolves to its summary. Rejects with `storage-full`, or as its streams or `signal` do. */
  put(model: IncomingModel<Manifest>, signal?: AbortSignal): Promise<ModelSummary>;
  /** Every whole model, by name. */
  list(): Promise<ModelSummary[]>;
  /** Rejects with `bad-argument` where there is no such model, `corrupt-store` where its record is damaged. */
  open(id: string): Promise<StoredModel<Manifest>>;
  /** Gives a model's space back. No such model is no error. */
  delete(id: string): Promise<void>;
}

export interface StoreOptions {
  readonly chunkBytes?: number;
  readonly lock?: Exclusive;
}

/** Opens the store over `records` and sweeps what interrupted imports left there. */
export async function openModelStore<Manifest>(
  records: Records,
  { chunkBytes = CHUNK_BYTES, lock = exclusive('pocket-diffusion/store') }: StoreOptions = {},
): Promise<ModelStore<Manifest>> {
  await lock.runIfFree(() => sweep(records));
  return {
    put: (model, signal) => lock.run(() => put(records, chunkBytes, model, signal)),
    list: () => list(records),
    open: (id) => open<Manifest>(records, id),
    delete: (id) =>
      lock.run(async () => {
        await records.delete([modelKey(id)]);
        await sweep(records);
      }),
  };
}

async function put<Manifest>(
  records: Records,
  chunkBytes: number,
  model: IncomingModel<Manifest>,
  signal?: AbortSignal,
): Promise<ModelSummary> {
  const bytes = model.stages.reduce((sum, stage) => sum + stage.bytes, 0);
  try {
    const free = await records.free();
    if (free !== undefined && free < bytes) throw storageFull(bytes, `${free} bytes`);
    const stages: StageRecord[] = [];
    for (const stage of model.stages) stages.push(await putStage(records, chunkBytes, stage, signal));
    const id = await contentId(model.manifest, stages);
    const { name, origin, width, height } = model;
    const known = asModelRecord(await records.get(modelKey(id)))?.summary;
    // The same files again, from elsewhere: one model that came in two ways, under its first name.
    const origins = [...new Set([...(known?.origins ?? []), origin])];
    const summary = { id, name: known?.name ?? name, origins, bytes, width, height };
    await putRecord(records, { format: RECORD_FORMAT, summary, manifest: model.manifest, stages });
    return summary;
  } catch (error) {
    await sweep(records).catch(() => undefined); // The first error is the one to tell; the next opening sweeps again.
    throw isQuotaError(error) ? storageFull(bytes, 'QuotaExceededError', error) : error;
  }
}

async function putStage(
  records: Records,
  chunkBytes: number,
  { name, bytes, data }: IncomingStage,
  signal?: AbortSignal,
): Promise<StageRecord> {
  const chunks: ChunkRecord[] = [];
  let written = 0;
  for await (const chunk of chunked(data, chunkBytes)) {
    signal?.throwIfAborted();
    const hash = await sha256(chunk);
    await records.set(chunkKey(hash), chunk);
    chunks.push({ sha256: hash, bytes: chunk.byteLength });
    written += chunk.byteLength;
  }
  signal?.throwIfAborted();
  if (written !== bytes) {
    throw new CodedError('bad-model', {
      argument: `weights of ${name}`,
      expected: `${bytes} bytes`,
      got: `${written} bytes`,
    });
  }
  return { name, bytes, chunks };
}

/** Writes the record that makes a model exist, after one look that all of its chunks still do. */
async function putRecord(records: Records, record: ModelRecord<unknown>): Promise<void> {
  const present = new Set(await records.keys());
  const missing = chunkKeys(record).find((key) => !present.has(key));
  if (missing)
    throw new CodedError('corrupt-store', { argument: missing, expected: 'as just written', got: 'nothing' });
  await records.set(modelKey(record.summary.id), record);
}

async function open<Manifest>(records: Records, id: string): Promise<StoredModel<Manifest>> {
  const value = await records.get(modelKey(id));
  if (value === undefined) {
    throw new CodedError('bad-argument', { argument: 'model', expected: 'the id of a stored model', got: id });
  }
  const record = asModelRecord<Manifest>(value);
  const proven = record && (await contentId(record.manifest, record.stages));
  if (!record || proven !== id) {
    throw new CodedError('corrupt-store', { argument: 'model record', expected: id, got: proven ?? 'another format' });
  }
  return {
    summary: record.summary,
    manifest: record.manifest,
    weights: (name, onProgress, signal) => {
      const stage = record.stages.find((candidate) => candidate.name === name);
      if (stage) return readStage(records, stage, onProgress, signal);
      const expected = record.stages.map((candidate) => candidate.name).join(', ');
      return Promise.reject(new CodedError('bad-argument', { argument: 'stage', expected, got: name }));
    },
  };
}

/** Deletes every chunk that no model stands on, and records that are none. */
async function sweep(records: Records): Promise<void> {
  const keys = await records.keys();
  const entries = await modelEntries(records, keys);
  if (entries.some(({ value }) => isNewerRecord(value))) return; // It may stand on any chunk: nothing is ours to delete.
  const used = new Set(entries.flatMap(({ record }) => (record ? chunkKeys(record) : [])));
  const orphans = keys.filter((key) => isChunkKey(key) && !used.has(key));
  const broken = entries.filter(({ record }) => !record).map(({ key }) => key);
  if (orphans.length + broken.length > 0) await records.delete([...broken, ...orphans]);
}

interface ModelEntry {
  readonly key: string;
  readonly value: unknown;
  readonly record: ModelRecord<unknown> | undefined;
}

const modelEntries = (records: Records, keys: readonly string[]): Promise<ModelEntry[]> =>
  Promise.all(
    keys.filter(isModelKey).map(async (key) => {
      const value = await records.get(key);
      return { key, value, record: asModelRecord(value) };
    }),
  );

async function list(records: Records): Promise<ModelSummary[]> {
  const entries = await modelEntries(records, await records.keys());
  const summaries = entries.flatMap(({ record }) => (record ? [record.summary] : []));
  return summaries.sort((a, b) => a.name.localeCompare(b.name));
}

const isQuotaError = (error: unknown): boolean => error instanceof Error && error.name === 'QuotaExceededError';

const storageFull = (bytes: number, got: string, cause?: unknown): CodedError =>
  new CodedError('storage-full', { argument: 'model', expected: `${bytes} bytes free`, got }, { cause });
