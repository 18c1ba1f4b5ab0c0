/**
 * Converted models on the device. Promises:
 * - A model is there, or it is not: its record is written after all of its chunks, in one transaction.
 * - What is read is what was written: every chunk is checked against its hash, the record against its id.
 * - Nothing is kept for nothing: a failed import gives everything back at once; one whose tab was killed goes on where
 *   it was, or is swept after two weeks.
 * - Nothing goes away under a reader: what is deleted while somebody draws with it is hidden first, and swept later.
 * Chunks are named by content; networks above 256 MB lie in files where the browser has files that can be read at once.
 */
import type { ModelSummary, StorageReport } from '../api';
import { CodedError } from '../errors';
import { asModelRecord, type ModelRecord, modelKey } from './modelRecord';
import { openModel, type StoredModel, type Verified, verifyModel } from './readModel';
import type { Records } from './records';
import { type Spool, type SpoolOptions, withSpool } from './spool';
import { CHANGING, READING, Storage, type StoreOptions } from './storage';
import { contents, freeable, giveUp, old, sweep } from './sweep';
import { type IncomingModel, makeRoom, takeIn } from './takeIn';

export type { ReadOptions, StoredModel } from './readModel';
export type { StoreOptions } from './storage';
export type { IncomingModel, IncomingStage } from './takeIn';

export interface ModelStore<Manifest> {
  /**
   * Takes `model` in and resolves to its summary. Rejects with `storage-full`, or as its streams or `signal` do; then
   * nothing of it is left.
   */
  put(model: IncomingModel<Manifest>, signal?: AbortSignal): Promise<ModelSummary>;
  /** Every whole model that was not thrown away, by name. */
  list(): Promise<ModelSummary[]>;
  /** Whoever opens closes. Rejects with `bad-argument` where there is no such model, `corrupt-store` where its record is damaged. */
  open(id: string): Promise<StoredModel<Manifest>>;
  /** Reads every byte again; rejects with `corrupt-store` at the first that is wrong. */
  verify(id: string, onProgress?: (bytes: number, of: number) => void, signal?: AbortSignal): Promise<void>;
  /** Gives a model's space back, at once or when nobody reads it any more. No such model is no error. */
  delete(id: string): Promise<void>;
  /** Hides a model; for ten minutes at least it can be had back. */
  discard(id: string): Promise<void>;
  /** Gives a model another name, of 1 to 200 characters. Rejects with `bad-argument`. */
  rename(id: string, name: string): Promise<ModelSummary>;
  /** Rejects with `bad-argument` where it is gone for good. */
  restore(id: string): Promise<ModelSummary>;
  report(): Promise<StorageReport>;
  /** Gives up everything that `report` calls freeable, or the one thing of it with this key. */
  freeUp(key?: string): Promise<void>;
  /** A file on its way in; see `spool.ts`. */
  spool<State extends object, T>(options: SpoolOptions, work: (spool: Spool<State>) => Promise<T>): Promise<T>;
  /** Rejects with `storage-full` where `bytes` more do not fit, not even without what was thrown away. */
  makeRoom(bytes: number): Promise<void>;
  readonly chunkBytes: number;
}

/** Opens the store over `records`, and gives up what is long past going on. */
export async function openModelStore<Manifest>(
  records: Records,
  options: StoreOptions = {},
): Promise<ModelStore<Manifest>> {
  const storage = new Storage(records, options);
  const verified: Verified = { sound: new Set(), readTwice: new Set() };
  await giveUp(storage, old(storage.now()));
  return {
    chunkBytes: storage.chunkBytes,
    put: (model, signal) => takeIn(storage, model, signal),
    list: () => list(storage),
    open: (id) => openModel<Manifest>(storage, verified, id),
    async verify(id, onProgress, signal) {
      const model = await openModel(storage, verified, id);
      await verifyModel(storage, verified, model, onProgress, signal).finally(model.close);
    },
    delete: (id) => remove(storage, id),
    discard: (id) => change(storage, id, () => ({ discarded: storage.now() })).then(() => undefined),
    rename: (id, name) => change(storage, id, ({ summary }) => ({ summary: { ...summary, name: checkedName(name) } })),
    restore: (id) => change(storage, id, () => ({ discarded: undefined })),
    report: () => report(storage),
    freeUp: (key) =>
      key === undefined ? giveUp(storage, { discarded: () => true, journal: () => true }) : freeOne(storage, key),
    spool: (spool, work) => withSpool(storage, spool, work),
    makeRoom: (bytes) => makeRoom(storage, bytes),
  };
}

async function list(storage: Storage): Promise<ModelSummary[]> {
  const { models } = await contents(storage);
  const summaries = models.filter(({ discarded }) => discarded === undefined).map(({ summary }) => summary);
  return summaries.sort((a, b) => a.name.localeCompare(b.name));
}

/** Writes down what `how` changes of a model's record: not what its id proves. */
function change(
  storage: Storage,
  id: string,
  how: (record: ModelRecord<unknown>) => Pick<Partial<ModelRecord<unknown>>, 'summary' | 'discarded'>,
): Promise<ModelSummary> {
  return storage.locks.alone(CHANGING, async () => {
    const record = asModelRecord(await storage.records.get(modelKey(id)));
    if (!record) {
      throw new CodedError('bad-argument', { argument: 'model', expected: 'the id of a stored model', got: id });
    }
    const changed = { ...record, ...how(record) };
    await storage.records.write([[modelKey(id), changed]]);
    return changed.summary;
  });
}

const MOST_CHARACTERS = 200;

function checkedName(name: string): string {
  const got = name.trim();
  if (got !== '' && got.length <= MOST_CHARACTERS) return got;
  const expected = `1 to ${MOST_CHARACTERS} characters`;
  throw new CodedError('bad-argument', { argument: 'name', expected, got: got === '' ? 'none' : `${got.length}` });
}

/** Long ago: what was thrown away then is past being had back. */
const LONG_AGO = 0;

async function remove(storage: Storage, id: string): Promise<void> {
  await storage.locks.alone(CHANGING, async () => {
    const key = modelKey(id);
    const record = asModelRecord(await storage.records.get(key));
    const free = await storage.locks.aloneIfFree(READING, () => storage.records.write([], [key]));
    if (!free && record) await storage.records.write([[key, { ...record, discarded: LONG_AGO }]]);
    await sweep(storage);
  });
}

async function freeOne(storage: Storage, key: string): Promise<void> {
  const record = asModelRecord(await storage.records.get(modelKey(key)));
  if (record?.discarded !== undefined) await remove(storage, key);
  else await giveUp(storage, { discarded: () => false, journal: (journal) => journal.key === key });
}

async function report(storage: Storage): Promise<StorageReport> {
  const [estimate, models, given] = await Promise.all([storage.records.estimate(), list(storage), freeable(storage)]);
  return {
    ...(estimate ?? {}),
    persisted: await persisted(),
    models: models.reduce((sum, { bytes }) => sum + bytes, 0),
    freeable: given,
  };
}

/** Whether the browser has promised not to clear it all when the device runs full. */
async function persisted(): Promise<boolean> {
  const { navigator } = globalThis as { navigator?: { storage?: { persisted?(): Promise<boolean> } } };
  return (await navigator?.storage?.persisted?.()) ?? false;
}
