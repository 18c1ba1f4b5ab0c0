/**
 * SHA-256 over a whole file as it comes, its state kept with the bytes: `crypto.subtle` wants everything at once, and
 * hash-wasm can stop and go on (facts.md §7: 272 MB/s).
 */
import { later } from '../../models/later';
import type { ByteSource } from '../../models/source';
import type { createSHA256 } from './sha256';

/** How far a hash is, as plain data. */
export interface HashState {
  /** Bytes it has seen. */
  readonly at: number;
  readonly saved: Uint8Array;
}

export class WholeHash {
  #at: number;

  private constructor(
    readonly hasher: Awaited<ReturnType<typeof createSHA256>>,
    at: number,
  ) {
    this.#at = at;
  }

  /** Goes on from `state`, where it has not seen more than `bytes`; otherwise from the beginning. */
  static async from(state: HashState | undefined, bytes: number): Promise<WholeHash> {
    const hasher = await (await later(import('./sha256'))).createSHA256();
    if (!state || state.at > bytes) return new WholeHash(hasher.init(), 0);
    try {
      return new WholeHash(hasher.load(state.saved), state.at);
    } catch {
      return new WholeHash(hasher.init(), 0); // Saved by another version of the library.
    }
  }

  get at(): number {
    return this.#at;
  }

  get state(): HashState {
    return { at: this.#at, saved: this.hasher.save() };
  }

  update(bytes: Uint8Array): void {
    this.hasher.update(bytes);
    this.#at += bytes.length;
  }

  /** Reads what it has not seen of `source` and resolves to 64 hexadecimal digits. */
  async finish(
    source: ByteSource,
    sliceBytes: number,
    onProgress: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<string> {
    while (this.#at < source.size) {
      signal.throwIfAborted();
      this.update(await source.read(this.#at, Math.min(source.size, this.#at + sliceBytes)));
      onProgress(this.#at);
    }
    return this.digest();
  }

  /** Of what it has seen, 64 hexadecimal digits. It can see no more then. */
  digest(): string {
    return this.hasher.digest('hex');
  }
}
