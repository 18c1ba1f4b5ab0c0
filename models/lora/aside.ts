/** A place for bytes that were made once and will be wanted again, outside of the memory that is short. */
import { CodedError } from '../errors';

/** What was put there. */
export interface Kept {
  /** Brings it back. */
  later(): Promise<Uint8Array>;
  /** Brings it back at once; absent where that cannot be. */
  readonly now?: () => Uint8Array;
  /** Whether it is still there, where it may be gone. */
  readonly sound?: () => Promise<boolean>;
}

export interface Aside {
  put(bytes: Uint8Array): Kept;
  close(): void;
}

/** Of workers alone. */
const platform = globalThis as { readonly FileReaderSync?: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer } };

/** In the browser's own hands: a blob lies in another process, and where that has too many of them on the disk. */
export const inBlobs = (): Aside => ({
  put(bytes) {
    const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
    const { FileReaderSync } = platform;
    return {
      later: async () => new Uint8Array(await blob.arrayBuffer()),
      sound: () =>
        blob
          .slice(0, 1)
          .arrayBuffer()
          .then(
            () => true,
            () => false,
          ),
      ...(FileReaderSync ? { now: () => new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob)) } : {}),
    };
  },
  close: () => undefined,
});

/** What was put aside by name, for networks that are opened more than once: what is not there is made again. */
export class PutAside {
  readonly #kept = new Map<string, Kept>();
  #full = false;

  constructor(readonly aside: Aside) {}

  /** False where there is no room for it. */
  put(name: string, bytes: Uint8Array): boolean {
    if (this.#full) return false;
    try {
      this.#kept.set(name, this.aside.put(bytes));
    } catch (error) {
      if (!(error instanceof CodedError && error.code === 'storage-full')) throw error;
      this.#full = true;
    }
    return !this.#full;
  }

  /** Whether all of `names` are there and can be read at once. A browser may have given up a blob that it had no room for. */
  async has(names: readonly string[]): Promise<boolean> {
    const sound = await Promise.all(
      names.map(async (name) => {
        const kept = this.#kept.get(name);
        if (!kept?.now) return false;
        return kept.sound ? kept.sound() : true;
      }),
    );
    return sound.every((each) => each);
  }

  get(name: string): Kept | undefined {
    return this.#kept.get(name);
  }
}
