/** The integers of one layer: of its weight, or some of its rows, and of the bias that is added to the product. */
import type { IntegerWeight } from '../../quantize/integerWeights';
import type { Weight } from './drawing';

const MOST_INT32 = 2 ** 31 - 1;

export interface LayerIntegers {
  /** In the graph's order. */
  readonly values: Int8Array;
  /** One for each row. */
  readonly scales: Float32Array;
  /** In steps of the input's scale times the row's; absent where there is none. */
  readonly bias?: Int32Array;
}

/** `bias` and `inputScale` are those of a layer whose product and sum are one step. */
export function layerIntegers(
  { rows, factor, axis }: Weight,
  whole: IntegerWeight,
  bias?: Float32Array,
  inputScale = 1,
): LayerIntegers {
  const columns = whole.values.length / whole.scales.length;
  const end = rows.start + rows.count;
  const values = whole.values.slice(rows.start * columns, end * columns);
  const scales = whole.scales.slice(rows.start, end).map((scale) => scale * factor);
  if (bias) widenForBias(values, scales, bias, inputScale);
  const integers = bias?.map((value, row) => Math.round(value / stepOf(inputScale, scales[row]!)));
  return {
    values: axis === 0 ? values : turned(values, rows.count),
    scales,
    ...(integers ? { bias: Int32Array.from(integers, clampedInt32) } : {}),
  };
}

/**
 * Steps of the sum. Rows that are all but zero have such small ones that their bias would overflow: these get larger steps,
 * of which their weights are then fewer; what that rounds off is less than the bias' own last digit in float32.
 */
function widenForBias(values: Int8Array, scales: Float32Array, bias: Float32Array, inputScale: number): void {
  const columns = values.length / scales.length;
  for (const [row, scale] of scales.entries()) {
    const least = Math.abs(bias[row]!) / (inputScale * 2 ** 30);
    if (scale >= least) continue;
    scales[row] = least;
    for (let i = row * columns; i < (row + 1) * columns; i++) values[i] = Math.round((values[i]! * scale) / least);
  }
}

/** As a graph says it: a float32. */
export const stepOf = (inputScale: number, weightScale: number): number => Math.fround(inputScale * weightScale);

const clampedInt32 = (value: number): number => Math.max(-MOST_INT32, Math.min(MOST_INT32, value));

/** `rows` rows as columns. */
export function turned<Some extends Int8Array | Float32Array>(values: Some, rows: number): Some {
  const columns = values.length / rows;
  const out = values.slice() as Some;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column]!;
  }
  return out;
}

/** Pairs of four-bit integers as ONNX stores them: two's complement, the earlier one in the low half. */
export function packedInt4(values: Int8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 2));
  for (let i = 0; i < values.length; i++) bytes[i >> 1]! |= (values[i]! & 15) << (4 * (i & 1));
  return bytes;
}
