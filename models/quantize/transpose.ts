/** Weights row by row become weights column by column. */
type Elements = Int8Array | Uint16Array | Uint32Array | Float32Array;

/**
 * Puts `rows`, some of a matrix of `count` rows, the first of them row `first`, where `to` has the matrix transposed. Its
 * columns lie in `parts` of equal length in `to`, and by turns in `rows`: 9 for the kernels of a convolution.
 */
export function transposeRows<Some extends Elements>(
  rows: Some,
  to: Some,
  first: number,
  count: number,
  parts: number,
): void {
  const length = to.length / count;
  const channels = length / parts;
  for (let channel = 0, column = 0; channel < channels; channel++) {
    for (let part = 0; part < parts; part++, column++) {
      let at = (part * channels + channel) * count + first;
      for (let i = column; i < rows.length; i += length) to[at++] = rows[i]!;
    }
  }
}
