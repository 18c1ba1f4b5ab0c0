/**
 * The two 8-bit floats of checkpoints as binary16, exactly: every finite value of either is one (Micikevicius et al. 2022,
 * arXiv 2209.05433, table 1). E5M2 is the upper half of a binary16; E4M3 has no infinities (torch's `float8_e4m3fn`).
 */

/** binary16 with the value of each E5M2 in `bits`. */
export const e5m2ToF16 = (bits: Uint8Array): Uint16Array => Uint16Array.from(bits, (byte) => byte << 8);

/** binary16 with the value of each E4M3 in `bits`. */
export function e4m3ToF16(bits: Uint8Array): Uint16Array {
  const halves = new Uint16Array(bits.length);
  for (let i = 0; i < halves.length; i++) halves[i] = E4M3[bits[i]!]!;
  return halves;
}

const E4M3 = Uint16Array.from({ length: 256 }, (_, byte) => ((byte & 0x80) << 8) | magnitude(byte & 0x7f));

function magnitude(byte: number): number {
  const exponent = byte >> 3;
  const fraction = byte & 7;
  if (byte === 0x7f) return 0x7e00;
  if (exponent > 0) return ((exponent + 8) << 10) | (fraction << 7);
  if (fraction === 0) return 0;
  // Subnormal: fraction · 2^-9, which binary16 holds as a normal number. Shift the leading one out.
  const shift = Math.clz32(fraction) - 28;
  return ((9 - shift) << 10) | (((fraction << shift) & 7) << 7);
}
