/**
 * What the store writes down about one model, once all of its chunks are in.
 *
 * Its id is the SHA-256 of the manifest and of all chunk hashes: it proves every byte, and the same files give the
 * same id on any device.
 */
import type { ModelSummary } from '../api';
import { sha256 } from './chunks';

/** One chunk: its hash is also its key. */
export interface ChunkRecord {
  readonly sha256: string;
  readonly bytes: number;
}

/** One stage's weights, chunk after chunk. */
export interface StageRecord {
  readonly name: string;
  readonly bytes: number;
  readonly chunks: readonly ChunkRecord[];
}

export interface ModelRecord<Manifest> {
  readonly format: typeof RECORD_FORMAT;
  readonly summary: ModelSummary;
  readonly manifest: Manifest;
  readonly stages: readonly StageRecord[];
}

/** Goes up when an older engine could not read what a newer one writes. */
export const RECORD_FORMAT = 1;

export const modelKey = (id: string): string => `model:${id}`;
export const chunkKey = (hash: string): string => `chunk:${hash}`;
export const isModelKey = (key: string): boolean => key.startsWith('model:');
export const isChunkKey = (key: string): boolean => key.startsWith('chunk:');

/** The id that `manifest` and `stages` add up to. */
export function contentId(manifest: unknown, stages: readonly StageRecord[]): Promise<string> {
  const parts = stages.map(({ name, bytes, chunks }) => [name, bytes, chunks.map((chunk) => chunk.sha256)]);
  return sha256(new TextEncoder().encode(JSON.stringify([RECORD_FORMAT, manifest, parts])));
}

/** `value` as a record of this format, or `undefined`: a damaged or foreign record must not keep the others from loading. */
export function asModelRecord<Manifest>(value: unknown): ModelRecord<Manifest> | undefined {
  const record = value as Partial<ModelRecord<Manifest>> | undefined;
  const sound =
    record?.format === RECORD_FORMAT &&
    Array.isArray(record.summary?.origins) &&
    record.manifest &&
    Array.isArray(record.stages);
  return sound ? (record as ModelRecord<Manifest>) : undefined;
}

/** Whether a newer engine wrote `value`: then it is not ours to judge. */
export const isNewerRecord = (value: unknown): boolean =>
  ((value as { format?: unknown } | undefined)?.format as number) > RECORD_FORMAT;

/** Keys of all chunks a record stands on. */
export const chunkKeys = (record: ModelRecord<unknown>): string[] =>
  record.stages.flatMap((stage) => stage.chunks.map((chunk) => chunkKey(chunk.sha256)));
