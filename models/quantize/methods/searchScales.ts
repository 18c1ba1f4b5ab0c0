/**
 * Smaller scales cut off a run's largest weights and are finer for all others. Four bits gain by it, about 1 dB on
 * correlated inputs; eight bits have steps enough, and gain next to nothing.
 */
import { spans } from '../matrix/blockDiagonal';
import { nearestInteger } from '../rounding';
import { checkLayer, groupOf, type Layer, type Rounded } from './layer';
import { slices } from './slices';
import { advancing, type Work } from './work';

/** Rows that are searched at a time. */
export const ROWS = 64;

/** Scales that are tried, of the one that reaches the largest weight. */
const SHARES = Array.from({ length: 21 }, (_, i) => 1 - i / 40);

/**
 * Every run of weights that shares a scale of `from`, to nearest on that of `SHARES` with the least Σ Hⱼⱼ (s q - w)²: the
 * output's error as if inputs were uncorrelated. Progress counts rows.
 */
export async function searchScales(layer: Layer, from: Rounded, work: Work): Promise<Rounded> {
  checkLayer(layer, from);
  const { weights, columns, rows } = layer;
  const to: Rounded = { ...from, values: new Int8Array(weights.length), scales: from.scales.slice() };
  const group = groupOf(from);
  const loudness = loudnessOf(layer);
  const advance = advancing(work, rows);
  for (const slice of slices(rows, ROWS)) {
    const runs = (slice.rows * columns) / group;
    for (let run = (slice.top * columns) / group, end = run + runs; run < end; run++) {
      const some = weights.subarray(run * group, (run + 1) * group);
      const at = (run * group) % columns;
      const whole = from.scales[run]!;
      const tried = SHARES.map((share) => Math.fround(whole * share));
      const scale = bestScale(some, loudness.subarray(at, at + group), tried, from.most);
      to.scales[run] = scale;
      for (let i = 0; i < group; i++) to.values[run * group + i] = nearestInteger(some[i]! / scale, from.most);
    }
    await advance(slice.rows);
  }
  return to;
}

/** E[xⱼ²] of each input. */
export function loudnessOf({ columns, gram }: Layer): Float32Array {
  const loudness = new Float32Array(columns);
  for (const { first, size, block } of spans(gram))
    for (let i = 0; i < size; i++) loudness[first + i] = block[i * size + i]!;
  return loudness;
}

/** Of `tried` the one that `weights`, to nearest on it, lose least by; the first of equals. */
export function bestScale(
  weights: Float32Array,
  loudness: Float32Array,
  tried: readonly number[],
  most: number,
): number {
  let best = tried[0]!;
  let least = Number.POSITIVE_INFINITY;
  for (const scale of tried) {
    let error = 0;
    for (let i = 0; i < weights.length && error < least; i++) {
      const difference = scale * nearestInteger(weights[i]! / scale, most) - weights[i]!;
      error += loudness[i]! * difference * difference;
    }
    if (error >= least) continue;
    least = error;
    best = scale;
  }
  return best;
}
