/** The integers of one layer: of its weight, or some of its rows, and of the bias that is added to the product. */
import { CodedError } from '../../errors';
import type { IntegerWeight } from '../../quantize/integerWeights';
import { BLOCK } from '../../quantize/plan';
import { transposeRows } from '../../quantize/transpose';
import type { Weight } from './drawing';

const MOST_INT32 = 2 ** 31 - 1;

export interface LayerIntegers {
  /** In the graph's order. */
  readonly values: Int8Array;
  /** One for each row; in four bits for each block of a row's inputs, in the graph's order. */
  readonly scales: Float32Array;
  /** In steps of `biasSteps`, one for each row; absent where there is none. */
  readonly bias?: Int32Array;
  readonly biasSteps?: Float32Array;
}

/**
 * Inputs of a row that share a scale in four bits: QNN computes with int4 only in blocks. 0 where it has no blocks, for
 * kernels of more than a pixel and odd widths: these lie in int8, however few bits they need.
 */
export function blockOf({ shape, rows, axis }: Weight, bits: 8 | 4): number {
  const columns = columnsOf({ shape, rows });
  return bits === 4 && columns === shape[1 - axis] && columns % BLOCK === 0 ? BLOCK : 0;
}

/** `bias` and `inputScale` are those of a layer whose product and sum are one step. */
export function layerIntegers(
  weight: Weight,
  whole: IntegerWeight,
  block: number,
  bias?: Float32Array,
  inputScale = 1,
): LayerIntegers {
  const { rows, axis } = weight;
  const columns = columnsOf(weight);
  const values = whole.values.slice(rows.start * columns, (rows.start + rows.count) * columns);
  const scales = scalesOf(weight, whole, block);
  if (bias && block === 0) widenForBias(values, scales, bias, inputScale);
  const runs = scales.length / rows.count;
  const steps = bias?.map((value, row) => {
    const largest = scales.subarray(row * runs, (row + 1) * runs).reduce((a, b) => Math.max(a, b));
    return Math.max(stepOf(inputScale, largest), Math.fround(Math.abs(value) / 2 ** 30));
  });
  const integers = bias?.map((value, row) => Math.round(value / steps![row]!));
  return {
    values: axis === 0 ? values : turned(values, rows.count),
    scales: axis === 0 || runs === 1 ? scales : turned(scales, rows.count),
    ...(integers ? { bias: Int32Array.from(integers, clampedInt32), biasSteps: steps! } : {}),
  };
}

const columnsOf = ({ shape, rows }: Pick<Weight, 'shape' | 'rows'>): number =>
  shape.reduce((product, size) => product * size, 1) / rows.count;

/** Those of the weight's rows, one for each block, or row. `bad-argument` where the weight's own are too many. */
function scalesOf(weight: Weight, { values, scales }: IntegerWeight, block: number): Float32Array {
  const { rows, factor, key } = weight;
  const columns = columnsOf(weight);
  const [run, group] = [block || columns, values.length / scales.length];
  if (group % run !== 0) {
    const expected = `a scale for each ${run} weights of a row or more`;
    throw new CodedError('bad-argument', { argument: key, expected, got: `one for ${group}` });
  }
  const first = rows.start * columns;
  const length = (rows.count * columns) / run;
  return Float32Array.from({ length }, (_, i) => scales[Math.floor((first + i * run) / group)]! * factor);
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
const stepOf = (inputScale: number, weightScale: number): number => Math.fround(inputScale * weightScale);

const clampedInt32 = (value: number): number => Math.max(-MOST_INT32, Math.min(MOST_INT32, value));

/** `rows` rows as columns. */
export function turned<Some extends Int8Array | Float32Array>(values: Some, rows: number): Some {
  const out = values.slice() as Some;
  transposeRows(values, out, 0, rows, 1);
  return out;
}

/** Pairs of four-bit integers as ONNX stores them: two's complement, the earlier one in the low half. */
export function packedInt4(values: Int8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(values.length / 2));
  for (let i = 0; i < values.length; i++) bytes[i >> 1]! |= (values[i]! & 15) << (4 * (i & 1));
  return bytes;
}
