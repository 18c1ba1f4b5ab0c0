/** The element types that a safetensors file may hold (safetensors 0.6, `tensor.rs`), and the three that we compute from. */

const BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

/** An element type by the name the file gives it. */
export type Dtype = keyof typeof BITS;

/** The types a network's weights may have. */
export type WeightDtype = 'F32' | 'F16' | 'BF16';

export const isDtype = (name: unknown): name is Dtype => typeof name === 'string' && Object.hasOwn(BITS, name);

export const isWeightDtype = (dtype: Dtype): dtype is WeightDtype =>
  dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';

/** Bits of one element. */
export const bitsOf = (dtype: Dtype): number => BITS[dtype];

/** Product of `shape`, or `undefined` where it is not a list of non-negative integers or does not fit 2^53. */
export function elementCount(shape: readonly unknown[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return undefined;
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}
