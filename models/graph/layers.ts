/**
 * What the networks are written against: the operations of the block diagrams, by their meaning. Whoever implements
 * this interface decides how they are computed: `onnx/` writes ONNX nodes, `parameters.ts` only notes which tensors are
 * asked for, an engine of our own may run them one by one.
 *
 * Shapes are static and travel with the values. A `scope` is the checkpoint's own name of a layer
 * (`down_blocks.0.resnets.1.conv1`); the layer's tensors are `${scope}.weight` and `${scope}.bias`.
 */

import type { TokenPartition } from './tokenMerging';

/** A tensor in flight: float32 unless it is an int32 input. Pictures are `[B, C, H, W]`, tokens `[B, T, C]`. */
export interface Value {
  /** Unique within the network. */
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Convolution {
  /** Output channels. */
  readonly channels: number;
  /** Side of the square kernel. */
  readonly kernel: 1 | 3;
  readonly stride?: 1 | 2;
  /** `same`: half the kernel on every side (default). `after`: one row below and one column to the right. */
  readonly padding?: 'same' | 'after';
  /** Whether there is one, true by default. */
  readonly bias?: boolean;
}

export interface Attention {
  readonly heads: number;
  /** Token i looks at tokens 0 … i only. */
  readonly causal?: boolean;
}

export interface Timestep {
  /** Length of the embedding. */
  readonly width: number;
  readonly flipSinToCos: boolean;
  readonly freqShift: number;
}

export interface Layers {
  input(name: string, type: 'float32' | 'int32', shape: readonly number[]): Value;
  output(name: string, value: Value): void;

  /** int32 `[B, T]` to rows of `weight` `[rows, width]`: `[B, T, width]`. */
  embedding(scope: string, ids: Value, table: { readonly rows: number; readonly width: number }): Value;
  /** Adds row t of `weight` `[T, C]` to token t. */
  addPositions(scope: string, tokens: Value): Value;
  /** Sinusoids of a float32 `[1]`: `[1, width]` (`get_timestep_embedding`, diffusers 0.42.1, embeddings.py). */
  timestepEmbedding(timestep: Value, options: Timestep): Value;

  /** `weight` `[channels, C, k, k]`, `bias` `[channels]` unless there is none. */
  conv2d(scope: string, x: Value, convolution: Convolution): Value;
  /** Over the last axis: `weight` `[channels, C]`, `bias` `[channels]` unless `bias` is false. */
  linear(scope: string, x: Value, channels: number, options?: { readonly bias: boolean }): Value;
  /** Over the channels, axis 1, of a picture. */
  groupNorm(scope: string, x: Value, options: { readonly groups: number; readonly epsilon: number }): Value;
  /** Over the last axis. */
  layerNorm(scope: string, x: Value, options: { readonly epsilon: number }): Value;

  /** max(x, 0). */
  relu(x: Value): Value;
  tanh(x: Value): Value;
  /** x · sigmoid(x). */
  silu(x: Value): Value;
  /** x · sigmoid(1.702 x). */
  quickGelu(x: Value): Value;
  /** x · Φ(x), with the error function, not its tanh approximation. */
  gelu(x: Value): Value;
  /** `[…, 2C]` to `[…, C]`: the first half times gelu of the second. */
  geglu(x: Value): Value;
  /** softmax(q kᵀ / sqrt(C / heads)) v for each head; `[B, T, C]` and twice `[B, S, C]` to `[B, T, C]`. */
  attention(q: Value, k: Value, v: Value, options: Attention): Value;

  /** Float32 `[B, T]`: of each token of `x` `[B, T, C]` its place among those that are left where those alike are one (tokenMerging.ts). */
  matchTokens(x: Value, partition: TokenPartition): Value;
  /** `[B, count, C]`: means of the tokens that share a place. */
  mergeTokens(x: Value, places: Value, count: number): Value;
  /** `[B, T, C]`: to each token what `[B, count, C]` has in its place. */
  unmergeTokens(x: Value, places: Value): Value;

  add(a: Value, b: Value): Value;
  /** Adds `[1, C]` to every pixel of `[B, C, H, W]`. */
  addToChannels(x: Value, perChannel: Value): Value;
  /** factor · x + summand, 0 by default. */
  scale(x: Value, factor: number, summand?: number): Value;
  /** `[B, T, C]`: each token times its own of `factors` `[B, T, 1]`. */
  scaleTokens(x: Value, factors: Value): Value;
  /** The first `channels` channels of a picture times `factor`. */
  scaleFirst(x: Value, channels: number, factor: number): Value;
  /** What a picture has at its four lowest frequencies (freeu.ts) times `factor`. */
  scaleLowest(x: Value, factor: number): Value;
  /** Joins two pictures along the channels. */
  concatChannels(a: Value, b: Value): Value;
  /** Nearest neighbour: row y of the result is row floor(y · H / height) of `x`, likewise for columns. */
  upsampleTo(x: Value, height: number, width: number): Value;
  /** Half the height and the width, rounded up: means of two by two pixels, at an odd end of those that are there. */
  halved(x: Value): Value;
  /** `[B, T, count · C]` to `[B, T · count, C]`: of each token the first C numbers, the next, and so on. */
  splitTokens(x: Value, count: number): Value;
  /** Those of `a` `[B, T, C]`, then those of `b` `[B, S, C]`. */
  concatTokens(a: Value, b: Value): Value;
  /** `[B, C, H, W]` to `[B, H·W, C]`. */
  toTokens(x: Value): Value;
  /** `[B, H·W, C]` to `[B, C, H, W]`. */
  toPicture(tokens: Value, height: number, width: number): Value;
}

/** The four sizes of a picture. */
export function pictureShape({ shape }: Value): [batch: number, channels: number, height: number, width: number] {
  return [shape[0]!, shape[1]!, shape[2]!, shape[3]!];
}
