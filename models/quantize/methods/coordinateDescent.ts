/**
 * Moves one integer after another to where the output's error, a quadratic form of all integers of a row, is least while
 * the others stay: Gauss–Seidel on the integers. The error never grows, and where nothing moves any more no change of a
 * single integer helps.
 */
import { type Span, spans } from '../matrix/blockDiagonal';
import { nearestInteger } from '../rounding';
import { drift } from './drift';
import { checkLayer, groupOf, type Layer, type Rounded } from './layer';
import { differences, slices } from './slices';
import { advancing, type Work } from './work';

/** Rows whose gradients are held at a time. */
const ROWS = 256;

/** An integer moves where that takes it more than half a step: by so much more that rounding errors cannot move it. */
const MORE = 1e-5;

/** At most `sweeps` over the columns, beginning at `from`. Progress counts columns of slices of rows. */
export async function coordinateDescent(layer: Layer, from: Rounded, sweeps: number, work: Work): Promise<Rounded> {
  checkLayer(layer, from);
  const to: Rounded = { ...from, values: from.values.slice() };
  const parts = slices(layer.rows, ROWS);
  const advance = advancing(work, layer.columns * parts.length);
  for (const span of spans(layer.gram)) {
    const { size, block } = span;
    for (const slice of parts) {
      const gradients = await work.matMul(differences(layer, to, span, slice), block, slice.rows, size, size);
      const moved = await drift(layer, span, slice, work.matMul);
      for (let row = 0; row < slice.rows; row++) {
        const at = row * size;
        const gradient = Float64Array.from({ length: size }, (_, i) => gradients[at + i]! + moved[at + i]!);
        const first = (slice.top + row) * layer.columns + span.first;
        for (let sweep = 0; sweep < sweeps && descend(gradient, to, first, span); sweep++);
      }
      await advance(size);
    }
  }
  return to;
}

/** One sweep over the integers of a row from place `first` on; half the `gradient` follows. Whether any moved. */
function descend(gradient: Float64Array, to: Rounded, first: number, { size, block }: Span): boolean {
  const { values, scales, most } = to;
  const group = groupOf(to);
  let moves = false;
  for (let j = 0; j < size; j++) {
    const scale = scales[Math.floor((first + j) / group)]!;
    const steps = gradient[j]! / (scale * block[j * size + j]!);
    // Not so for inputs that are always zero either, whose steps are 0 / 0.
    if (!(Math.abs(steps) > 0.5 + MORE)) continue;
    const value = values[first + j]!;
    const better = nearestInteger(value - steps, most);
    if (better === value) continue;
    values[first + j] = better;
    moves = true;
    const change = scale * (better - value);
    const begin = j * size;
    for (let i = 0; i < size; i++) gradient[i]! += change * block[begin + i]!;
  }
  return moves;
}
