/** Weights as small integers times a scale, to nearest: |w - scale · q| ≤ scale / 2 for every weight. */

export interface Quantized {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/**
 * `weights` as runs of equal length, one scale each: the run's largest magnitude is ±`most`. A run of zeros has scale 1,
 * which keeps them zeros.
 */
export function quantize(weights: Float32Array, runs: number, most: number): Quantized {
  const length = weights.length / runs;
  const values = new Int8Array(weights.length);
  const scales = new Float32Array(runs);
  for (let run = 0; run < runs; run++) {
    const some = weights.subarray(run * length, (run + 1) * length);
    let largest = 0;
    for (const weight of some) largest = Math.max(largest, Math.abs(weight));
    const scale = Math.fround(largest / most) || 1;
    scales[run] = scale;
    for (let i = 0; i < length; i++)
      values[run * length + i] = Math.max(-most, Math.min(most, Math.round(some[i]! / scale)));
  }
  return { values, scales };
}

/** Pairs of numbers in -8 … 7 as bytes, each plus 8, the earlier one in the low half: as `MatMulNBits` reads them. */
export function nibbles(values: Int8Array): Uint8Array {
  return Uint8Array.from(
    { length: values.length / 2 },
    (_, i) => (values[2 * i]! + 8) | ((values[2 * i + 1]! + 8) << 4),
  );
}
