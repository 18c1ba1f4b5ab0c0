/** What the parts of the store share: its records, its shelves, its locks and its clock. */

import { CHUNK_BYTES } from '../../models/contentId';
import { CodedError } from '../errors';
import { chunkShelf } from './chunkShelf';
import { fileShelf } from './fileShelf';
import { type Locking, locking } from './locking';
import type { OriginDirectory } from './originFiles';
import type { Records } from './records';
import type { Shelf } from './shelf';
import type { StoredBytes } from './storedBytes';

/** Above this a network goes into a file where there are files: below, a second copy while loading costs little. */
export const LARGE_BYTES = 256e6;

export interface StoreOptions {
  readonly chunkBytes?: number;
  readonly locks?: Locking;
  /** Absent: everything lies in `Records`. */
  readonly files?: OriginDirectory | undefined;
  /** What is this large goes into `files`; 0 for all. */
  readonly filesFrom?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Held while records change; only for moments. */
export const CHANGING = 'changing';
/** Shared by everybody who reads a model; nothing that a reader might still want goes away meanwhile. */
export const READING = 'reading';

export class Storage {
  readonly chunkBytes: number;
  readonly locks: Locking;
  readonly files: OriginDirectory | undefined;
  readonly now: () => number;
  readonly #chunks: Shelf;
  readonly #fileShelf: Shelf | undefined;
  readonly #filesFrom: number;

  constructor(
    readonly records: Records,
    options: StoreOptions,
  ) {
    this.chunkBytes = options.chunkBytes ?? CHUNK_BYTES;
    this.locks = options.locks ?? locking('pocket-diffusion/store/');
    this.files = options.files;
    this.now = options.now ?? Date.now;
    this.#chunks = chunkShelf(records);
    this.#fileShelf = options.files && fileShelf(options.files, records);
    this.#filesFrom = options.filesFrom ?? LARGE_BYTES;
  }

  /** Where new bytes go; `undefined` where nobody knows how many there will be. */
  shelfFor(bytes: number | undefined): Shelf {
    return this.#fileShelf && (bytes ?? Number.POSITIVE_INFINITY) >= this.#filesFrom ? this.#fileShelf : this.#chunks;
  }

  /** Where `stored` lies. */
  shelfOf({ file }: StoredBytes): Shelf {
    if (file === undefined) return this.#chunks;
    if (this.#fileShelf) return this.#fileShelf;
    throw new CodedError('corrupt-store', { argument: `file ${file}`, expected: 'a browser with files', got: 'none' });
  }

  /** Bytes that may still be written, where the platform says. */
  async free(): Promise<number | undefined> {
    const estimate = await this.records.estimate();
    return estimate && Math.max(0, estimate.quota - estimate.usage);
  }
}

export const isQuotaError = (error: unknown): boolean => error instanceof Error && error.name === 'QuotaExceededError';

export const storageFull = (argument: string, bytes: number, got: string, cause?: unknown): CodedError =>
  new CodedError('storage-full', { argument, expected: `${bytes} bytes free`, got }, { cause });
