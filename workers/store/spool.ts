/**
 * A file that is being fetched: kept chunk by chunk, with what its fetcher remembers of the source, over restarts,
 * until it is dropped. One holder at a time, across tabs.
 */
import type { ByteSource } from '../../models/source';
import type { ImportOptions, PickedFile, RemoteModel } from '../api';
import { CodedError } from '../errors';
import { checked, soundChunks } from './checkChunks';
import { chunked } from './chunks';
import { asJournal, type Journal, journalEntry, journalKey, journalLock } from './journal';
import { RECORD_FORMAT } from './modelRecord';
import { fromNoted, notedOptions, optionFiles } from './notedOptions';
import { CHANGING, isQuotaError, type Storage, storageFull } from './storage';
import { bytesOf, chunkRecord, chunkStart, type StoredBytes } from './storedBytes';
import { sweep } from './sweep';

const PART = 'file';

export interface SpoolOptions {
  /** Names the file: the same key finds it again. */
  readonly key: string;
  readonly name: string;
  /** Its length, where it is known. */
  readonly bytes?: number | undefined;
  /** What asks for it again. */
  readonly remote?: RemoteModel;
  /** What becomes of it; kept beside it, files and all. None: what was kept before stays. */
  readonly options?: ImportOptions;
}

/** Opens or begins a spool and runs `work` on it; the file stays unless `work` drops it. */
export function withSpool<State extends object, T>(
  storage: Storage,
  options: SpoolOptions,
  work: (spool: Spool<State>) => Promise<T>,
): Promise<T> {
  const named = { kind: 'download', key: options.key } as const;
  return storage.locks.alone(journalLock(named), async () => work(await Spool.open<State>(storage, options)));
}

export class Spool<State extends object> {
  #journal: Journal;

  private constructor(
    readonly storage: Storage,
    journal: Journal,
    readonly bytesExpected: number | undefined,
  ) {
    this.#journal = journal;
  }

  static async open<State extends object>(storage: Storage, options: SpoolOptions): Promise<Spool<State>> {
    const { key, name, bytes, remote } = options;
    const fresh = { format: RECORD_FORMAT, kind: 'download', key, name, resumable: true, parts: {} } as const;
    const known = asJournal(await storage.records.get(journalKey(fresh)));
    const journal = { ...(known ?? { ...fresh, touched: storage.now() }), ...(remote ? { remote } : {}) };
    const spool = new Spool<State>(storage, journal, bytes);
    if (known) await spool.#checkKept();
    await spool.#keepOptions(options.options ?? {});
    return spool;
  }

  /** What was kept beside the file. */
  get options(): ImportOptions {
    const { options = {}, parts } = this.#journal;
    return fromNoted(options, (part, name) => asPicked(this.#source(parts[part]!, name)));
  }

  get stored(): StoredBytes {
    return this.#journal.parts[PART] ?? { chunks: [] };
  }

  /** Bytes that are in. */
  get bytes(): number {
    return bytesOf(this.stored);
  }

  /** What was remembered with the last write, or at the last `restart`. */
  get state(): State | undefined {
    return this.#journal.state as State | undefined;
  }

  /** Forgets the bytes and remembers `state`. `bytes`: how many will come, where that is known. */
  async restart(state: State, bytes: number | undefined): Promise<void> {
    this.#note({ parts: { [PART]: this.storage.shelfFor(bytes ?? this.bytesExpected).fresh() }, state });
    await this.storage.locks.alone(CHANGING, async () => {
      await this.#save();
      await sweep(this.storage);
    });
  }

  /** Opens the end for writing. Every chunk but the last is as long as the store's. */
  async append(): Promise<SpoolWriter<State>> {
    const tail = await this.#takeTail();
    const writer = await this.storage.shelfOf(this.stored).append(this.stored);
    return {
      tail,
      write: async (chunk, state) => {
        const record = await chunkRecord(chunk);
        const part = { ...this.stored, chunks: [...this.stored.chunks, record] };
        this.#note({ parts: { [PART]: part }, state });
        await writer.write(chunk, record, journalEntry(this.#journal));
      },
      close: () => writer.close(),
    };
  }

  /** The file so far, read by slices; every chunk is checked as it is read. */
  source(name: string): ByteSource {
    return this.#source(this.stored, name);
  }

  #source(stored: StoredBytes, name: string): ByteSource {
    let last: { readonly index: number; readonly chunk: Promise<ArrayBuffer> } | undefined;
    const chunkAt = (index: number): Promise<ArrayBuffer> => {
      if (last?.index !== index) last = { index, chunk: this.#chunk(stored, index, name) };
      return last.chunk;
    };
    const starts = stored.chunks.map((_, index) => chunkStart(stored, index));
    const read = async (start: number, end: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(end - start);
      for (const [index, at] of starts.entries()) {
        if (at >= end || at + stored.chunks[index]!.bytes <= start) continue;
        const piece = new Uint8Array(await chunkAt(index)).subarray(Math.max(start - at, 0), end - at);
        bytes.set(piece, Math.max(at - start, 0));
      }
      return bytes;
    };
    return { name, size: bytesOf(stored), read };
  }

  /** Forgets the options where there are any, and otherwise everything. */
  async giveUp(): Promise<void> {
    const { options, ...bare } = this.#journal;
    if (!options) return this.drop();
    this.#journal = { ...bare, parts: { [PART]: this.stored } };
    await this.#save();
  }

  /** Forgets everything. */
  async drop(): Promise<void> {
    await this.storage.locks.alone(CHANGING, async () => {
      await this.storage.records.write([], [journalKey(this.#journal)]);
      await sweep(this.storage);
    });
  }

  async #chunk(stored: StoredBytes, index: number, name: string): Promise<ArrayBuffer> {
    const reader = await this.storage.shelfOf(stored).read(stored);
    try {
      return await checked(await reader.chunk(index), stored.chunks[index]!, `${name} chunk ${index}`);
    } finally {
      reader.close();
    }
  }

  async #keepOptions(options: ImportOptions): Promise<void> {
    const noted = notedOptions(options);
    if (!noted) return;
    const { options: _, ...bare } = this.#journal;
    this.#journal = { ...bare, parts: { [PART]: this.stored } };
    for (const [part, picked] of optionFiles(options)) await this.#keepFile(part, picked);
    // Last: half-written files are not believed.
    this.#journal = { ...this.#journal, options: noted };
    await this.#save();
  }

  async #keepFile(part: string, { path, file }: PickedFile): Promise<void> {
    let kept = this.storage.shelfFor(file.size).fresh();
    const note = (): void => this.#note({ parts: { [part]: kept }, state: this.state });
    note();
    // Before its file is: a sweep takes files that nothing tells of.
    await this.#save();
    const writer = await this.storage.shelfOf(kept).append(kept);
    try {
      for await (const chunk of chunked(slicesOf(file, this.storage.chunkBytes), this.storage.chunkBytes)) {
        const record = await chunkRecord(chunk);
        kept = { ...kept, chunks: [...kept.chunks, record] };
        note();
        await writer.write(chunk, record, journalEntry(this.#journal));
      }
    } catch (error) {
      throw isQuotaError(error) ? storageFull(path, file.size, 'QuotaExceededError', error) : error;
    } finally {
      await writer.close();
    }
  }

  /** Takes a short last chunk back, so that what follows fills it up. */
  async #takeTail(): Promise<Uint8Array> {
    const { stored } = this;
    const last = stored.chunks.at(-1);
    if (!last || last.bytes === this.storage.chunkBytes) return new Uint8Array();
    const chunk = await this.#chunk(stored, stored.chunks.length - 1, this.#journal.name);
    this.#note({ parts: { [PART]: { ...stored, chunks: stored.chunks.slice(0, -1) } }, state: this.state });
    return new Uint8Array(chunk);
  }

  /** Believes of the kept chunks only those that are what was written. */
  async #checkKept(): Promise<void> {
    const { stored } = this;
    let sound = 0;
    try {
      const reader = await this.storage.shelfOf(stored).read(stored);
      sound = await soundChunks(reader, stored).finally(() => reader.close());
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
    }
    const lost = sound < stored.chunks.length;
    if (lost)
      this.#note({ parts: { [PART]: { ...stored, chunks: stored.chunks.slice(0, sound) } }, state: this.state });
  }

  #note({ parts, state }: { readonly parts: Journal['parts']; readonly state: object | undefined }): void {
    this.#journal = {
      ...this.#journal,
      parts: { ...this.#journal.parts, ...parts },
      state,
      touched: this.storage.now(),
    };
  }

  #save(): Promise<void> {
    return this.storage.records.write([journalEntry(this.#journal)]);
  }
}

const asPicked = ({ name, size, read }: ByteSource): PickedFile => ({
  path: name,
  file: { size, slice: (start, end) => ({ arrayBuffer: async () => (await read(start, end)).buffer as ArrayBuffer }) },
});

async function* slicesOf(file: PickedFile['file'], bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.size; at += bytes) {
    yield new Uint8Array(await file.slice(at, Math.min(file.size, at + bytes)).arrayBuffer());
  }
}

export interface SpoolWriter<State> {
  /** What a short last chunk held: to be written again, with more behind it. */
  readonly tail: Uint8Array;
  write(chunk: ArrayBuffer, state: State): Promise<void>;
  close(): Promise<void>;
}
