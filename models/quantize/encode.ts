/** The bytes of a packed tensor from the checkpoint's tensor that it was planned for. */
import type { WeightDtype } from '../dtype';
import { bytesOf, fromF32, toF32, view } from '../floats';
import type { PackedTensor } from '../stage';
import { BLOCK, keyOf } from './plan';
import { nibbles, quantize } from './rounding';

/** What a weight of `bytes` in `dtype` is, as stored. */
export function encoded({ name, dtype, shape }: PackedTensor, from: WeightDtype, bytes: Uint8Array): Uint8Array {
  const { layout } = keyOf(name);
  if (layout === 'plain') return inDtype(dtype, from, bytes);
  if (layout === 'taps' && dtype !== 'I8') return taps(inDtype(dtype, from, bytes), shape, dtype === 'F32' ? 4 : 2);
  const weights = toF32(from, bytes);
  switch (layout) {
    case 'scales':
      return bytesOf(quantize(weights, count(shape), shape.length === 2 ? 7 : 127).scales);
    case 'blocks':
      return nibbles(quantize(weights, weights.length / BLOCK, 7).values);
    case 'rows':
      return view8(quantize(weights, shape[0]!, 127).values);
    case 'columns': {
      const [channels, results] = shape as [number, number];
      return transposed(quantize(weights, results, 127).values, results, channels);
    }
    case 'taps':
      return taps(view8(quantize(weights, shape[2]!, 127).values), shape, 1);
  }
}

function inDtype(dtype: PackedTensor['dtype'], from: WeightDtype, bytes: Uint8Array): Uint8Array {
  return dtype === from ? bytes : fromF32(dtype === 'F16' ? 'F16' : 'F32', toF32(from, bytes));
}

/** `[K, C, 3, 3]` as `[9, C, K]`: the transpose of a K × C · 9 matrix, its rows put in order of the taps. */
function taps(bytes: Uint8Array, [, channels, results]: readonly number[], width: 1 | 2 | 4): Uint8Array {
  const [from, to] = [elements(bytes, width), elements(new Uint8Array(bytes.length), width)];
  for (let k = 0; k < results!; k++) {
    for (let c = 0; c < channels!; c++) {
      const at = (k * channels! + c) * 9;
      for (let tap = 0; tap < 9; tap++) to[(tap * channels! + c) * results! + k] = from[at + tap]!;
    }
  }
  return new Uint8Array(to.buffer);
}

function transposed(values: Int8Array, rows: number, columns: number): Uint8Array {
  const to = new Int8Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) to[column * rows + row] = values[row * columns + column]!;
  }
  return view8(to);
}

function elements(bytes: Uint8Array, width: 1 | 2 | 4): Uint8Array | Uint16Array | Uint32Array {
  const range = view(bytes, width);
  return width === 1 ? new Uint8Array(...range) : width === 2 ? new Uint16Array(...range) : new Uint32Array(...range);
}

const view8 = (values: Int8Array): Uint8Array => new Uint8Array(values.buffer);

const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
