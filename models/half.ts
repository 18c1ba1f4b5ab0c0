/**
 * The two 16-bit floats of checkpoints, exactly: IEEE 754 binary16 (F16) and bfloat16 (BF16, the upper half of a float32).
 * Every 16-bit value is a float32, so widening loses nothing: subnormals, infinities, the sign of zero and a NaN's
 * payload all arrive.
 */

/** float32 with the value of each binary16 in `bits`. */
export function f16ToF32(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  const out = new Uint32Array(values.buffer);
  for (let i = 0; i < bits.length; i++) out[i] = WIDENED[bits[i]!]!;
  return values;
}

/** float32 with the value of each bfloat16 in `bits`. */
export function bf16ToF32(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  const out = new Uint32Array(values.buffer);
  for (let i = 0; i < bits.length; i++) out[i] = bits[i]! << 16;
  return values;
}

/** Each float32 rounded to the nearest binary16, ties to even; beyond 65504 + 16 it becomes infinity. NaN stays NaN. */
export function f32ToF16(values: Float32Array): Uint16Array {
  const input = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) bits[i] = narrowed(input[i]!);
  return bits;
}

/** Each float32 rounded to the nearest bfloat16, ties to even. NaN stays NaN. */
export function f32ToBf16(values: Float32Array): Uint16Array {
  const input = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const single = input[i]!;
    const noNumber = (single & 0x7fffffff) > 0x7f800000;
    bits[i] = noNumber ? (single >>> 16) | 0x40 : (single + 0x7fff + ((single >>> 16) & 1)) >>> 16;
  }
  return bits;
}

function widened(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Subnormal: fraction · 2^-24. Shift the leading one out to where a float32 leaves it implied.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}

/** All there are: looking one up takes half the time of working it out. As bits, since a NaN's payload may not survive as a number. */
const WIDENED = Uint32Array.from({ length: 1 << 16 }, (_, half) => widened(half));

function narrowed(single: number): number {
  const sign = (single >>> 16) & 0x8000;
  const magnitude = single & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  // Normal: adding `0xfff + lowest kept bit` rounds to nearest even; a carry walks into the exponent, which is right.
  if (magnitude >= 0x38800000) {
    const rebased = magnitude - (112 << 23);
    return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
  }
  const exponent = magnitude >>> 23;
  if (exponent < 102) return sign;
  const significand = (magnitude & 0x7fffff) | 0x800000;
  const shift = 126 - exponent;
  const half = 1 << (shift - 1);
  const odd = (significand >>> shift) & 1;
  return sign | ((significand + half - 1 + odd) >>> shift);
}
