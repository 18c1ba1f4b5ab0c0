/** What the pipeline knows of whatever computes: open a network, run it, close it. */
import type { StageFile } from '../../models/stage';
import type { BackendName, KernelNumbers } from '../api';
import type { Tensors } from '../tensor';

/** An opened network. Who opens it closes it. */
export interface Stage {
  /** Inputs and outputs by the names in `models/stage.ts`. One run at a time: who asks waits for the last answer. */
  run(inputs: Tensors): Promise<Tensors>;
  /** Several inputs, each for itself, where that takes less than one run after another. */
  runEach?(inputs: readonly Tensors[]): Promise<Tensors[]>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Whether a run gives back each buffer at once, for less memory, rather than keep it for values of the same shape. */
  readonly lean?: boolean;
}

/** Something that opens networks. */
export interface Backend {
  readonly name: BackendName;
  /** Of our own kernels: what activations are rounded to between products. Absent where they stay float32. */
  readonly numbers?: KernelNumbers;
  /** The WebAssembly heap, bytes; it never shrinks, so this is also its peak. 0 before the library is up. */
  heapBytes(): number;
  /** Rejects with `backend-unavailable`, `out-of-memory` or, once `signal` is aborted, an `AbortError`. */
  open(file: StageFile, signal: AbortSignal, how?: OpenOptions): Promise<Stage>;
}
