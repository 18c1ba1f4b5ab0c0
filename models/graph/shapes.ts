/** Shapes of results that every implementation of `Layers` needs. */
import type { Convolution } from './layers';

/** Rows and columns that a convolution leaves. */
export function convolved(size: number, { kernel, stride = 1, padding = 'same' }: Convolution): number {
  const padded = size + (padding === 'same' ? 2 * Math.floor(kernel / 2) : 1);
  return Math.floor((padded - kernel) / stride) + 1;
}

/** A picture's sizes with half its height and width, rounded up. */
export const halvedShape = (shape: readonly number[]): number[] => [
  ...shape.slice(0, 2),
  ...shape.slice(2).map((side) => Math.ceil(side / 2)),
];

/** Of tokens that are split up (`splitTokens`), and of those that are joined. */
export const splitShape = ([batch, tokens, channels]: readonly number[], count: number): number[] => [
  ...[batch!, tokens! * count, channels! / count],
];
export const joinedShape = (a: readonly number[], b: readonly number[]): number[] => [a[0]!, a[1]! + b[1]!, a[2]!];

/** `shape` with `last` in place of its last size. */
export const withLast = (shape: readonly number[], last: number): number[] => [...shape.slice(0, -1), last];
