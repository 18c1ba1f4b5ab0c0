/** LoRAs among the store's records: each one record, file and all, under the hash of its bytes; none is there in part. */
import type { LoraSummary } from '../api';
import { CodedError } from '../errors';
import type { Records } from './records';

export interface LoraRecord {
  readonly format: number;
  readonly summary: LoraSummary;
  /** The file as it came: read by slices, out of memory only as far as these go. */
  readonly file: Blob;
}

const FORMAT = 1;
const PREFIX = 'lora:';
const keyOf = (id: string): string => PREFIX + id;

/** By name. A record that is none, or that a newer engine wrote, is passed over. */
export async function loraRecords(records: Records): Promise<LoraRecord[]> {
  const keys = (await records.keys()).filter((key) => key.startsWith(PREFIX));
  const found = await Promise.all(keys.map(async (key) => asRecord(await records.get(key))));
  return found.flatMap((record) => record ?? []).sort((a, b) => a.summary.name.localeCompare(b.summary.name));
}

function asRecord(value: unknown): LoraRecord | undefined {
  const record = value as Partial<LoraRecord> | undefined;
  const sound = record?.format === FORMAT && typeof record.summary?.name === 'string' && record.file instanceof Blob;
  return sound ? (record as LoraRecord) : undefined;
}

/** Rejects with `storage-full`. */
export async function keepLora(records: Records, { summary, file }: Omit<LoraRecord, 'format'>): Promise<LoraSummary> {
  try {
    await records.write([[keyOf(summary.id), { format: FORMAT, summary, file }]]);
    return summary;
  } catch (error) {
    // Not out of storage.ts: this is fetched by whoever has LoRAs, and that by everybody, in one piece.
    if (!(error instanceof Error && error.name === 'QuotaExceededError')) throw error;
    const details = { argument: summary.name, expected: `${summary.bytes} bytes free`, got: 'a full device' };
    throw new CodedError('storage-full', details, { cause: error });
  }
}

/** None of this id is no error. */
export const dropLora = (records: Records, id: string): Promise<void> => records.write([], [keyOf(id)]);

/** Rejects with `bad-argument` where there is none. */
export async function loraById(records: Records, id: string): Promise<LoraRecord> {
  const record = asRecord(await records.get(keyOf(id)));
  if (record) return record;
  throw new CodedError('bad-argument', { argument: 'lora', expected: 'the id of a LoRA that is kept here', got: id });
}
