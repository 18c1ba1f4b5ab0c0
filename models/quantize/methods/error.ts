/** What rounding costs a layer's output. */
import { type Span, spans } from '../matrix/blockDiagonal';
import type { MatMul } from '../matrix/matMul';
import { groupOf, type Layer, type Rounded } from './layer';
import { advancing, type Slice, slices, type Work } from './work';

/** Rows whose outputs are worked out at a time. */
const ROWS = 512;

export interface OutputError {
  /** E‖(s q - w) x‖² = tr((s q - w) H (s q - w)ᵀ): the squared error of all outputs, at one place. */
  readonly squared: number;
  /** Signal to quantization noise of the outputs without their bias, decibels; infinite without noise. */
  readonly decibels: number;
}

/** The error of `rounded`. Progress counts columns of slices of rows. */
export async function outputError(layer: Layer, rounded: Rounded, work: Work): Promise<OutputError> {
  const parts = slices(layer.rows, ROWS);
  const advance = advancing(work, layer.columns * parts.length);
  let [noise, signal] = [0, 0];
  for (const span of spans(layer.gram)) {
    for (const slice of parts) {
      noise += await energy(differences(layer, rounded, span, slice), slice.rows, span, work.matMul);
      signal += await energy(cut(layer, span, slice), slice.rows, span, work.matMul);
      await advance(span.size);
    }
  }
  return { squared: noise, decibels: 10 * Math.log10(signal / noise) };
}

async function energy(some: Float32Array, rows: number, { size, block }: Span, matMul: MatMul): Promise<number> {
  const product = await matMul(some, block, rows, size, size);
  let sum = 0;
  for (let i = 0; i < some.length; i++) sum += some[i]! * product[i]!;
  return sum;
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
