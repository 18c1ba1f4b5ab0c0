/**
 * Takes a model in, chunk by chunk. Its record is written last, in one transaction; until then a journal tells how far
 * it is, so that an import whose tab was killed goes on from there. One that fails gives everything back.
 */
import type { License, ModelSummary } from '../api';
import { CodedError } from '../errors';
import { soundChunks } from './checkChunks';
import { chunked } from './chunks';
import { asJournal, type Journal, journalEntry, journalKey, journalLock } from './journal';
import type { StageRecord } from './modelRecord';
import { asModelRecord, contentId, type ModelRecord, modelChunkKeys, modelKey, RECORD_FORMAT } from './modelRecord';
import { type Again, sourceText } from './notedOptions';
import { CHANGING, isQuotaError, type Storage, storageFull } from './storage';
import { bytesOf, chunkRecord, type StoredBytes } from './storedBytes';
import { giveUp, sweep } from './sweep';

/** A model on its way in. `bytes` of a stage is what its stream must add up to. */
export interface IncomingModel<Manifest> {
  readonly name: string;
  /** One of `ModelSummary.origins`. */
  readonly origin: string;
  /** The size it was trained for, pixels. */
  readonly width: number;
  readonly height: number;
  /** As in `ModelSummary`. */
  readonly weights?: ModelSummary['weights'];
  /** Under what terms it came. */
  readonly license?: License | undefined;
  /** As in `ModelSummary`; what `again` says where absent. */
  readonly source?: string;
  /** What to tell of it if it is cut off. */
  readonly again?: Again;
  /** Plain JSON. */
  readonly manifest: Manifest;
  readonly stages: readonly IncomingStage[];
  /**
   * Stands for the very bytes of the source and what is made of them. An import with the same key goes on where one
   * was killed; without a key it begins anew.
   */
  readonly resumeKey?: string | undefined;
}

export interface IncomingStage {
  readonly name: string;
  readonly bytes: number;
  /** The bytes from `begin` on. */
  data(begin: number): AsyncIterable<Uint8Array>;
}

export function takeIn<Manifest>(
  storage: Storage,
  model: IncomingModel<Manifest>,
  signal?: AbortSignal,
): Promise<ModelSummary> {
  const named = { kind: 'import', key: model.resumeKey ?? crypto.randomUUID() } as const;
  return storage.locks.alone(journalLock(named), async () => {
    const bytes = model.stages.reduce((sum, stage) => sum + stage.bytes, 0);
    const journal = await begin(storage, model, named.key);
    try {
      await makeRoom(storage, bytes - keptBytes(journal));
      const intake = new Intake(storage, journal, signal);
      for (const stage of model.stages) await intake.stage(stage);
      return await storage.locks.alone(CHANGING, () => finish(storage, model, bytes, intake));
    } catch (error) {
      await giveBack(storage, journalKey(named)).catch(() => undefined); // The first error is the one to tell.
      throw isQuotaError(error) ? storageFull('model', bytes, 'QuotaExceededError', error) : error;
    }
  });
}

/** What is there of this import, or nothing yet. */
async function begin(storage: Storage, model: IncomingModel<unknown>, key: string): Promise<Journal> {
  const { resumeKey, name } = model;
  const fresh = { format: RECORD_FORMAT, kind: 'import', key, name, parts: {} } as const;
  const known = resumeKey === undefined ? undefined : asJournal(await storage.records.get(journalKey(fresh)));
  return { ...(known ?? { ...fresh, touched: storage.now(), resumable: resumeKey !== undefined }), ...model.again };
}

const keptBytes = ({ parts }: Journal): number => Object.values(parts).reduce((sum, part) => sum + bytesOf(part), 0);

/** Rejects with `storage-full` where `bytes` do not fit, not even without what was thrown away. */
export async function makeRoom(storage: Storage, bytes: number): Promise<void> {
  const fits = async (): Promise<boolean> => ((await storage.free()) ?? bytes) >= bytes;
  if (await fits()) return;
  await giveUp(storage, { discarded: () => true, journal: () => false });
  if (!(await fits())) throw storageFull('model', bytes, `${await storage.free()} bytes`);
}

async function giveBack(storage: Storage, key: string): Promise<void> {
  await storage.locks.alone(CHANGING, async () => {
    const files = Object.values(asJournal(await storage.records.get(key))?.parts ?? {}).flatMap(
      ({ file }) => file ?? [],
    );
    await storage.records.write([], [key]);
    // Ours alone: nobody has read them yet.
    for (const file of files) await storage.files?.removeEntry(file).catch(() => undefined);
    await sweep(storage);
  });
}

class Intake {
  readonly stages: StageRecord[] = [];
  #journal: Journal;

  constructor(
    readonly storage: Storage,
    journal: Journal,
    readonly signal: AbortSignal | undefined,
  ) {
    this.#journal = journal;
  }

  async stage({ name, bytes, data }: IncomingStage): Promise<void> {
    let part = await this.#kept(name);
    if (!part) {
      part = this.storage.shelfFor(bytes).fresh();
      // Before its file is: a sweep takes files that nothing tells of.
      await this.storage.records.write([this.#note(name, part)]);
    }
    if (bytesOf(part) < bytes) part = await this.#fill(name, part, data(bytesOf(part)));
    this.signal?.throwIfAborted();
    const written = bytesOf(part);
    if (written !== bytes) {
      const details = { argument: `weights of ${name}`, expected: `${bytes} bytes`, got: `${written} bytes` };
      throw new CodedError('bad-model', details);
    }
    this.stages.push({ name, bytes, ...part });
  }

  async #fill(name: string, begun: StoredBytes, data: AsyncIterable<Uint8Array>): Promise<StoredBytes> {
    let part = begun;
    const writer = await this.storage.shelfOf(part).append(part);
    try {
      for await (const chunk of chunked(data, this.storage.chunkBytes)) {
        this.signal?.throwIfAborted();
        const record = await chunkRecord(chunk);
        part = { ...part, chunks: [...part.chunks, record] };
        await writer.write(chunk, record, this.#note(name, part));
      }
    } finally {
      await writer.close();
    }
    return part;
  }

  /** Chunks of an earlier attempt that still are what was written. */
  async #kept(name: string): Promise<StoredBytes | undefined> {
    const part = this.#journal.parts[name];
    if (!part) return undefined;
    try {
      const reader = await this.storage.shelfOf(part).read(part);
      try {
        return { ...part, chunks: part.chunks.slice(0, await soundChunks(reader, part)) };
      } finally {
        reader.close();
      }
    } catch {
      return undefined;
    }
  }

  #note(name: string, part: StoredBytes) {
    const parts = { ...this.#journal.parts, [name]: part };
    this.#journal = { ...this.#journal, parts, touched: this.storage.now() };
    return journalEntry(this.#journal);
  }

  get journalKey(): string {
    return journalKey(this.#journal);
  }
}

/** Writes the record that makes a model exist, after one look that all of its chunks still do. */
async function finish<Manifest>(
  storage: Storage,
  { name, origin, width, height, weights, license: terms, source: first, again, manifest }: IncomingModel<Manifest>,
  bytes: number,
  { stages, journalKey: journal }: Intake,
): Promise<ModelSummary> {
  const { records } = storage;
  const id = await contentId(manifest, stages);
  const known = asModelRecord(await records.get(modelKey(id)))?.summary;
  // The same files again, from elsewhere: one model that came in two ways, under its first name.
  const origins = [...new Set([...(known?.origins ?? []), origin])];
  const license = terms ?? known?.license;
  const came = again?.source === undefined ? undefined : sourceText(again.source, again.options);
  const source = known?.source ?? first ?? came;
  const told = { ...(license ? { license } : {}), ...(source === undefined ? {} : { source }) };
  const named = { id, name: known?.name ?? name, origins, ...told };
  const summary = { ...named, bytes, width, height, ...(weights ? { weights } : {}) };
  const record: ModelRecord<Manifest> = { format: RECORD_FORMAT, summary, manifest, stages };
  const present = new Set(await records.keys());
  const missing = modelChunkKeys(record).find((key) => !present.has(key));
  if (missing)
    throw new CodedError('corrupt-store', { argument: missing, expected: 'as just written', got: 'nothing' });
  await records.write([[modelKey(id), record]], [journal]);
  await sweep(storage); // What an earlier copy of it lay in.
  return summary;
}
