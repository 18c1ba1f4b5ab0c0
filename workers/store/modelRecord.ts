/**
 * What the store writes down about one model, once all of its chunks are in.
 *
 * Its id is the SHA-256 of the manifest and of all chunk hashes: it proves every byte, and the same files give the
 * same id on any device, wherever the bytes lie there.
 */
import { idText } from '../../models/contentId';
import type { ModelSummary } from '../api';
import { sha256 } from './chunks';
import { chunkKeys, type StoredBytes } from './storedBytes';

/** One stage's weights. */
export interface StageRecord extends StoredBytes {
  readonly name: string;
  readonly bytes: number;
}

export interface ModelRecord<Manifest> {
  readonly format: number;
  readonly summary: ModelSummary;
  readonly manifest: Manifest;
  readonly stages: readonly StageRecord[];
  /** When it was thrown away, milliseconds since 1970: hidden until it is restored or purged. */
  readonly discarded?: number | undefined;
}

/** Goes up when an older engine could not read what a newer one writes: 2 brought files. */
export const RECORD_FORMAT = 2;
const OLDEST_FORMAT = 1;

export const modelKey = (id: string): string => `model:${id}`;
export const isModelKey = (key: string): boolean => key.startsWith('model:');

/** The id that `manifest` and `stages` add up to. */
export const contentId = (manifest: unknown, stages: readonly StageRecord[]): Promise<string> =>
  sha256(new TextEncoder().encode(idText(manifest, stages)));

/** `value` as a record of this format, or `undefined`: a damaged or foreign record must not keep the others from loading. */
export function asModelRecord<Manifest>(value: unknown): ModelRecord<Manifest> | undefined {
  const record = value as Partial<ModelRecord<Manifest>> | undefined;
  const sound =
    Number(record?.format) >= OLDEST_FORMAT &&
    Number(record?.format) <= RECORD_FORMAT &&
    Array.isArray(record?.summary?.origins) &&
    record.manifest &&
    Array.isArray(record.stages);
  return sound ? (record as ModelRecord<Manifest>) : undefined;
}

/** Whether a newer engine wrote `value`: then it is not ours to judge. */
export const isNewerRecord = (value: unknown): boolean =>
  ((value as { format?: unknown } | undefined)?.format as number) > RECORD_FORMAT;

/** Keys of all chunks a record stands on. */
export const modelChunkKeys = ({ stages }: ModelRecord<unknown>): string[] => stages.flatMap(chunkKeys);
