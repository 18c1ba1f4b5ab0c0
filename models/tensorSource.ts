/**
 * Named tensors that are read one at a time, large ones some rows at a time: a safetensors file, several of them, or a
 * checkpoint's network.
 */
import type { Dtype } from './dtype';

/** What is known of a tensor without reading it. */
export interface TensorInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Bytes of its data. */
  readonly bytes: number;
}

/** Rows of a tensor, what lies along its first axis: `[begin, end)`. */
export interface Rows {
  readonly begin: number;
  readonly end: number;
}

export interface TensorSource {
  /** Name for messages, such as `unet/diffusion_pytorch_model.safetensors`. */
  readonly name: string;
  /** Every tensor's name. */
  names(): readonly string[];
  info(tensor: string): TensorInfo | undefined;
  /** The tensor's bytes, all or those of `rows`, little endian, row-major. Rejects with `bad-model` where there is no such tensor. */
  read(tensor: string, rows?: Rows): Promise<Uint8Array>;
}
