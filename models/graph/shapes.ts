/** Shapes of results that every implementation of `Layers` needs. */
import type { Convolution } from './layers';

/** Rows and columns that a convolution leaves. */
export function convolved(size: number, { kernel, stride = 1, padding = 'same' }: Convolution): number {
  const padded = size + (padding === 'same' ? 2 * Math.floor(kernel / 2) : 1);
  return Math.floor((padded - kernel) / stride) + 1;
}

/** `shape` with `last` in place of its last size. */
export const withLast = (shape: readonly number[], last: number): number[] => [...shape.slice(0, -1), last];
