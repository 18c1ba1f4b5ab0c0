/** A layer's bias after rounding: rounded weights shift the mean of the output, which the bias can take back. */
import { groupOf, type Layer, type Rounded } from './layer';

/**
 * What to add to the bias so that E[y] stays, `[rows]`: -(s q - w) E[x] (Nagel et al. 2019, "Data-Free Quantization
 * Through Weight Equalization and Bias Correction", section 4.2). `mean` is E[x], `[columns]`.
 */
export function biasCorrection(
  { weights, rows, columns }: Pick<Layer, 'weights' | 'rows' | 'columns'>,
  rounded: Rounded,
  mean: Float32Array,
): Float32Array {
  const group = groupOf(rounded);
  return Float32Array.from({ length: rows }, (_, row) => {
    let shift = 0;
    for (let i = row * columns, j = 0; j < columns; i++, j++) {
      shift += (rounded.scales[Math.floor(i / group)]! * rounded.values[i]! - weights[i]!) * mean[j]!;
    }
    return -shift;
  });
}
