/**
 * What the model store needs of whatever keeps bytes: a map from keys to values, each written whole or not at all.
 * IndexedDB is one (`idbRecords.ts`); OPFS can be another.
 */
export interface Records {
  get(key: string): Promise<unknown>;
  /** Rejects with an error named `QuotaExceededError` where the device has no room. `value` may be reused afterwards. */
  set(key: string, value: ArrayBuffer | object): Promise<void>;
  delete(keys: readonly string[]): Promise<void>;
  keys(): Promise<string[]>;
  /** Bytes that may still be written, where the platform says. */
  free(): Promise<number | undefined>;
}
