/**
 * Weights whose chunks all lie in memory, because IndexedDB cannot be read while somebody waits. Chunks go as their
 * tensors are read, so that this copy shrinks while the WASM heap's grows. ONNX Runtime reads no large tensor twice of
 * any graph that we write (spec/workers/store/readTwice.spec.ts); where one does it, the next opening keeps everything.
 */
import type { StageWeights } from '../../models/stage';
import { checkBounds } from '../../models/stageWeights';
import { CodedError } from '../errors';
import { release } from './release';
import type { Extent } from './shelf';

/** Tensors up to this size are kept aside: ORT's optimizers look at biases before the session does. */
const SMALL_BYTES = 64 * 1024;

export class ChunkWeights implements StageWeights {
  readonly bytes: number;
  readonly #chunks: (ArrayBuffer | undefined)[];
  readonly #starts: number[] = [];
  /** How many large tensors each chunk has yet to give. */
  readonly #awaited: number[];
  readonly #small = new Map<number, Uint8Array>();
  readonly #letsGo: boolean;
  #buffer = new Uint8Array();

  /** Without `tensors` nothing is let go before the end. `onReadTwice` is told of what was asked for after that. */
  constructor(
    chunks: readonly ArrayBuffer[],
    tensors?: readonly Extent[],
    readonly onReadTwice: () => void = () => undefined,
  ) {
    this.#chunks = [...chunks];
    let start = 0;
    for (const { byteLength } of chunks) {
      this.#starts.push(start);
      start += byteLength;
    }
    this.bytes = start;
    this.#awaited = chunks.map(() => 0);
    this.#letsGo = tensors !== undefined;
    for (const { offset, bytes } of tensors ?? []) {
      if (bytes <= SMALL_BYTES) this.#small.set(offset, this.#copy(offset, offset + bytes, new Uint8Array(bytes)));
      else for (const index of this.#within(offset, offset + bytes)) this.#awaited[index]! += 1;
    }
    for (const index of chunks.keys()) this.#letGo(index);
  }

  /** Bytes still held in chunks. */
  get held(): number {
    return this.#chunks.reduce((sum, chunk) => sum + (chunk?.byteLength ?? 0), 0);
  }

  read(begin: number, end: number): Uint8Array {
    checkBounds(begin, end, this.bytes);
    const small = this.#small.get(begin);
    if (small && small.length === end - begin) return small;
    // One buffer for all reads, as large as the largest: fresh ones would wait for the garbage collector.
    if (this.#buffer.length < end - begin) {
      release(this.#buffer.buffer);
      this.#buffer = new Uint8Array(end - begin);
    }
    const bytes = this.#copy(begin, end, this.#buffer.subarray(0, end - begin));
    for (const index of this.#within(begin, end)) {
      this.#awaited[index]! -= 1;
      this.#letGo(index);
    }
    return bytes;
  }

  close(): void {
    for (const index of this.#chunks.keys()) this.#release(index);
    this.#small.clear();
    release(this.#buffer.buffer);
    this.#buffer = new Uint8Array();
  }

  #letGo(index: number): void {
    if (this.#letsGo && this.#awaited[index]! <= 0) this.#release(index);
  }

  #release(index: number): void {
    release(this.#chunks[index]);
    this.#chunks[index] = undefined;
  }

  /** Indices of the chunks that hold `[begin, end)`. */
  *#within(begin: number, end: number): Generator<number> {
    for (const [index, start] of this.#starts.entries()) {
      const next = this.#starts[index + 1] ?? this.bytes;
      if (start < end && begin < next) yield index;
    }
  }

  #copy(begin: number, end: number, bytes: Uint8Array): Uint8Array {
    for (const index of this.#within(begin, end)) {
      const chunk = this.#chunks[index];
      if (!chunk) {
        this.onReadTwice();
        const details = { argument: `weights ${begin} to ${end}`, expected: 'to be read once', got: 'a second read' };
        throw new CodedError('bad-picture', details);
      }
      const start = this.#starts[index]!;
      const piece = new Uint8Array(chunk).subarray(Math.max(begin - start, 0), end - start);
      bytes.set(piece, Math.max(start - begin, 0));
    }
    return bytes;
  }
}
