/**
 * Pictures within a graph lie channels last, `[B, H, W, C]`: a 1×1 convolution is a linear layer, tokens are a picture
 * reshaped, and Winograd's transforms move whole pixels. Their `Value.shape` stays `[B, C, H, W]`, as the networks see
 * it; only inputs and outputs of the graph are transposed.
 */
import { pictureShape, type Value } from '../layers';
import type { GraphBuilder } from './graphBuilder';

/** Part of a picture: `rows` of them from row `top` on, over the whole width. */
export interface Strip {
  readonly top: number;
  readonly rows: number;
}

/** Cuts `units` into as few even runs as have at most `most` each. */
export function evenRuns(units: number, most: number): { readonly start: number; readonly count: number }[] {
  const runs = Math.ceil(units / Math.max(1, Math.floor(most)));
  const edge = (i: number): number => Math.floor((i * units) / runs);
  return Array.from({ length: runs }, (_, i) => ({ start: edge(i), count: edge(i + 1) - edge(i) }));
}

/** The sizes as they lie in memory. */
export function lying(shape: readonly number[]): [batch: number, height: number, width: number, channels: number] {
  return [shape[0]!, shape[2]!, shape[3]!, shape[1]!];
}

/** From the graph's `[B, C, H, W]`. */
export function channelsLast(graph: GraphBuilder, x: Value): Value {
  return { ...graph.node('Transpose', 'picture', [x], lying(x.shape), { perm: [0, 2, 3, 1] }), shape: x.shape };
}

/** To the graph's `[B, C, H, W]`. */
export function channelsFirst(graph: GraphBuilder, x: Value): Value {
  return graph.node('Transpose', 'picture', [x], x.shape, { perm: [0, 3, 1, 2] });
}

/** Rows of a picture. */
export function sliceRows(graph: GraphBuilder, x: Value, { top, rows }: Strip): Value {
  const [batch, channels, height, width] = pictureShape(x);
  if (top === 0 && rows === height) return x;
  const bounds = [[top], [top + rows], [1]].map((list) => graph.integers(list));
  return graph.node('Slice', 'strip', [x, ...bounds], [batch, channels, rows, width]);
}

/** Strips, top to bottom, as one picture. */
export function joinRows(graph: GraphBuilder, strips: readonly Value[]): Value {
  if (strips.length === 1) return strips[0]!;
  const [batch, channels, , width] = pictureShape(strips[0]!);
  const height = strips.reduce((sum, { shape }) => sum + shape[2]!, 0);
  return graph.node('Concat', 'strip', strips, [batch, channels, height, width], { axis: 1 });
}

/** Pictures of the same size with their channels one after another. */
export function joinChannels(graph: GraphBuilder, parts: readonly Value[]): Value {
  if (parts.length === 1) return parts[0]!;
  const [batch, , height, width] = pictureShape(parts[0]!);
  const channels = parts.reduce((sum, { shape }) => sum + shape[1]!, 0);
  return graph.node('Concat', 'parts', parts, [batch, channels, height, width], { axis: 3 });
}

/** `count` even parts along the first axis, such as the pictures of a batch. */
export function apart(graph: GraphBuilder, x: Value, count: number): readonly Value[] {
  if (count === 1) return [x];
  const [first, ...rest] = x.shape as [number, ...number[]];
  const part = [first / count, ...rest];
  // Sizes as an input: ORT Web's WebGPU kernel does not know `num_outputs`.
  const sizes = graph.integers(Array.from({ length: count }, () => part[0]!));
  const parts = Array.from({ length: count }, () => part);
  return graph.once(`apart ${x.name}`, () => graph.nodeWithOutputs('Split', 'apart', [x, sizes], parts, { axis: 0 }));
}

/** What was apart, as one. */
export function together(graph: GraphBuilder, parts: readonly Value[]): Value {
  if (parts.length === 1) return parts[0]!;
  const [first, ...rest] = parts[0]!.shape as [number, ...number[]];
  const shape = [first * parts.length, ...rest];
  const lies = rest.length === 3 ? lying(shape) : shape;
  return { ...graph.node('Concat', 'together', parts, lies, { axis: 0 }), shape };
}
