/** Files among the store's records, LoRAs and what steers: each one record, file and all, under the hash of its bytes; none is there in part. */
import { CodedError } from '../errors';
import type { Records } from './records';

/** What is known of every kind of file. */
export interface FileSummary {
  /** SHA-256 of the file, 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
}

export interface FileRecord<Summary extends FileSummary> {
  readonly format: number;
  readonly summary: Summary;
  /** The file as it came: read by slices, out of memory only as far as these go. */
  readonly file: Blob;
}

export interface FileRecords<Summary extends FileSummary> {
  /** By name. A record that is none, or that a newer engine wrote, is passed over. */
  list(): Promise<FileRecord<Summary>[]>;
  /** Rejects with `bad-argument` where there is none. */
  byId(id: string): Promise<FileRecord<Summary>>;
  /** Rejects with `storage-full`. */
  keep(record: Omit<FileRecord<Summary>, 'format'>): Promise<Summary>;
  /** None of this id is no error. */
  drop(id: string): Promise<void>;
}

const FORMAT = 1;

/** `kind` stands before their keys, `noun` is what messages call one. */
export function fileRecords<Summary extends FileSummary>(
  records: Records,
  { kind, noun }: { readonly kind: string; readonly noun: string },
): FileRecords<Summary> {
  const prefix = `${kind}:`;
  const asRecord = (value: unknown): FileRecord<Summary> | undefined => {
    const record = value as Partial<FileRecord<Summary>> | undefined;
    const sound = record?.format === FORMAT && typeof record.summary?.name === 'string' && record.file instanceof Blob;
    return sound ? (record as FileRecord<Summary>) : undefined;
  };
  return {
    async list() {
      const keys = (await records.keys()).filter((key) => key.startsWith(prefix));
      const found = await Promise.all(keys.map(async (key) => asRecord(await records.get(key))));
      return found.flatMap((record) => record ?? []).sort((a, b) => a.summary.name.localeCompare(b.summary.name));
    },
    async byId(id) {
      const record = asRecord(await records.get(prefix + id));
      if (record) return record;
      throw new CodedError('bad-argument', {
        ...{ argument: kind, expected: `the id of a ${noun} that is kept here`, got: id },
      });
    },
    async keep({ summary, file }) {
      try {
        await records.write([[prefix + summary.id, { format: FORMAT, summary, file }]]);
        return summary;
      } catch (error) {
        // Not out of storage.ts: this is fetched by whoever has such files, and that by everybody, in one piece.
        if (!(error instanceof Error && error.name === 'QuotaExceededError')) throw error;
        const details = { argument: summary.name, expected: `${summary.bytes} bytes free`, got: 'a full device' };
        throw new CodedError('storage-full', details, { cause: error });
      }
    },
    drop: (id) => records.write([], [prefix + id]),
  };
}
