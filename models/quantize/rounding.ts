/** Weights as small integers times a scale, to nearest: |w - scale · q| ≤ scale / 2 for every weight. */

/** Below it float32 has fewer digits, and a scale could miss the largest weight by more than a step. */
const SMALLEST_SCALE = 2 ** -126;

/**
 * Rounds `weights`, runs of equal length, each with one of `scales`, to `values`: a run's largest magnitude becomes
 * ±`most` (≤ 127). A run of zeros has scale 1, which keeps them zeros; one with a weight that is no finite number NaN.
 */
export function quantize(weights: Float32Array, most: number, scales: Float32Array, values: Int8Array): void {
  const bits = new Uint32Array(weights.buffer, weights.byteOffset, weights.length);
  const length = weights.length / scales.length;
  for (let run = 0; run < scales.length; run++) {
    const [begin, end] = [run * length, (run + 1) * length];
    // Magnitudes are ordered as the integers that their bits make, and what is no number comes last.
    let largest = 0;
    for (let i = begin; i < end; i++) {
      const magnitude = bits[i]! & 0x7fffffff;
      if (magnitude > largest) largest = magnitude;
    }
    const scale = scaleOf(largest, most);
    scales[run] = scale;
    const steps = 1 / scale;
    const middle = most + 0.5;
    // Truncating a positive number is faster than `Math.round`, which it equals.
    for (let i = begin; i < end; i++) values[i] = ((weights[i]! * steps + middle) | 0) - most;
  }
}

/** The integer in ±`most` nearest to `steps`; halves go up, as in `quantize`. */
export const nearestInteger = (steps: number, most: number): number =>
  Math.min(most, Math.max(-most, Math.floor(steps + 0.5)));

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

function scaleOf(largest: number, most: number): number {
  BITS[0] = largest;
  if (!Number.isFinite(FLOAT[0])) return Number.NaN;
  const scale = Math.fround(FLOAT[0]! / most);
  return scale < SMALLEST_SCALE ? 1 : scale;
}

/**
 * Pairs of numbers in -8 … 7 as bytes of `to` from `at` on, each plus 8, the earlier one in the low half: as
 * `MatMulNBits` reads them.
 */
export function nibbles(values: Int8Array, to: Uint8Array, at: number): void {
  for (let i = 0; i < values.length; i += 2) to[at + i / 2] = (values[i]! + 8) | ((values[i + 1]! + 8) << 4);
}
