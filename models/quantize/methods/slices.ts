/** Some rows and columns of a layer at a time: rows of weights are independent, and so are blocks of its moments. */
import type { Span } from '../matrix/blockDiagonal';
import { groupOf, type Layer, type Rounded } from './layer';

export interface Slice {
  readonly top: number;
  readonly rows: number;
}

/** `rows` in slices of at most `most`, so that what is held need not grow with them. */
export function slices(rows: number, most: number): Slice[] {
  const count = Math.ceil(rows / most);
  return Array.from({ length: count }, (_, i) => ({ top: i * most, rows: Math.min(most, rows - i * most) }));
}

/** The weights of a slice of rows in a span of columns, `[rows, size]`. */
export function cut({ weights, columns }: Layer, { first, size }: Span, { top, rows }: Slice): Float32Array {
  const some = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const from = (top + row) * columns + first;
    some.set(weights.subarray(from, from + size), row * size);
  }
  return some;
}

/** s q - w of a slice of rows in a span of columns, `[rows, size]`. */
export function differences(layer: Layer, rounded: Rounded, span: Span, slice: Slice): Float32Array {
  const some = cut(layer, span, slice);
  const group = groupOf(rounded);
  for (let row = 0; row < slice.rows; row++) {
    const from = (slice.top + row) * layer.columns + span.first;
    for (let i = 0; i < span.size; i++) {
      const at = row * span.size + i;
      some[at] = rounded.scales[Math.floor((from + i) / group)]! * rounded.values[from + i]! - some[at]!;
    }
  }
  return some;
}

/** The scale of every weight of a slice of rows in a span of columns. */
export function scalesOf(to: Rounded, columns: number, { first, size }: Span, { top, rows }: Slice): Float32Array {
  const group = groupOf(to);
  const scales = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const place = (top + row) * columns + first;
    for (let i = 0; i < size; i++) scales[row * size + i] = to.scales[Math.floor((place + i) / group)]!;
  }
  return scales;
}
