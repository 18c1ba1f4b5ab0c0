/** The bytes of a tensor as numbers to compute with, and back. */
import { isWeightDtype, type WeightDtype } from './dtype';
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from './half';
import { unsupportedModel } from './refuse';
import type { Rows, TensorSource } from './tensorSource';

/** float32 with the values in `bytes` (little endian), exactly. May share memory with them. */
export function toF32(dtype: WeightDtype, bytes: Uint8Array): Float32Array {
  if (dtype === 'F32') return new Float32Array(...view(bytes, 4));
  const halves = new Uint16Array(...view(bytes, 2));
  return dtype === 'F16' ? f16ToF32(halves) : bf16ToF32(halves);
}

/** All numbers of a tensor, or those of `rows`. Rejects with `unsupported-model` where it has others than weights may have. */
export async function floatsOf(source: TensorSource, tensor: string, rows?: Rows): Promise<Float32Array> {
  const { dtype } = source.info(tensor)!;
  if (!isWeightDtype(dtype)) throw unsupportedModel(`${source.name}: ${tensor}: dtype`, 'F32, F16 or BF16', dtype);
  return toF32(dtype, await source.read(tensor, rows));
}

/** `values` rounded once, to the nearest, to `dtype`. */
export function fromF32(dtype: WeightDtype, values: Float32Array): Uint8Array {
  const stored = dtype === 'F32' ? values : dtype === 'F16' ? f32ToF16(values) : f32ToBf16(values);
  return bytesOf(stored);
}

/** The memory behind an array. */
export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** What a typed array of elements of `width` bytes is made from. A slice may start where such an array cannot. */
export function view(bytes: Uint8Array, width: number): [buffer: ArrayBufferLike, start: number, count: number] {
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  return [buffer, byteOffset, bytes.length / width];
}
