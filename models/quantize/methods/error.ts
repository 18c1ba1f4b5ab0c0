/** What rounding costs a layer's output. */
import { type Span, spans } from '../matrix/blockDiagonal';
import type { MatMul } from '../matrix/matMul';
import { checkLayer, type Layer, type Rounded } from './layer';
import { cut, differences, slices } from './slices';
import { advancing, type Work } from './work';

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
  checkLayer(layer, rounded);
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
  return { squared: noise, decibels: noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signal / noise) };
}

async function energy(some: Float32Array, rows: number, { size, block }: Span, matMul: MatMul): Promise<number> {
  const product = await matMul(some, block, rows, size, size);
  let sum = 0;
  for (let i = 0; i < some.length; i++) sum += some[i]! * product[i]!;
  return sum;
}
