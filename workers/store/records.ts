/**
 * What the store needs of whatever keeps its records: a map from keys to values whose changes are whole or not at all.
 * IndexedDB is one (`idbRecords.ts`).
 */
export interface Records {
  get(key: string): Promise<unknown>;
  /**
   * Sets and removes in one transaction: all of it, or none. Rejects with an error named `QuotaExceededError` where the
   * device has no room. Values may be reused afterwards.
   */
  write(entries: readonly Entry[], removed?: readonly string[]): Promise<void>;
  keys(): Promise<string[]>;
  /** What the platform says of its room; `undefined` where it says nothing. */
  estimate(): Promise<{ readonly usage: number; readonly quota: number } | undefined>;
}

export type Entry = readonly [key: string, value: ArrayBuffer | object];
