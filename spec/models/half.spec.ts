import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from '../../models/half';

const ALL = Uint16Array.from({ length: 65_536 }, (_, i) => i);
const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** IEEE 754-2008, 3.4: what 16 bits stand for, from the definition of the format. */
function binary16(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent ? sign * 2 ** (exponent - 15) * (1 + fraction / 1024) : sign * 2 ** -14 * (fraction / 1024);
}

test('every binary16 widens to the number it stands for, sign of zero included', () => {
  const values = f16ToF32(ALL);
  for (const bits of ALL) assert.ok(Object.is(values[bits], binary16(bits)), `${bits.toString(16)}: ${values[bits]}`);
});

test('a NaN keeps its payload', () => {
  assert.is(bitsOf(f16ToF32(Uint16Array.of(0x7c01)))[0], 0x7f802000);
  assert.is(bitsOf(bf16ToF32(Uint16Array.of(0xff81)))[0], 0xff810000);
});

test('every bfloat16 is the upper half of its float32', () => {
  const bits = bitsOf(bf16ToF32(ALL));
  assert.ok(ALL.every((half) => bits[half] === half * 65_536));
});

test('narrowing undoes widening for every binary16 but NaN, which stays NaN', () => {
  const back = f32ToF16(f16ToF32(ALL));
  for (const bits of ALL) {
    const nan = Number.isNaN(binary16(bits));
    assert.ok(nan ? Number.isNaN(binary16(back[bits]!)) : back[bits] === bits, bits.toString(16));
  }
});

test('narrowing takes the nearest, and between two the even one', () => {
  const finite = ALL.filter((bits) => bits < 0x7bff);
  for (const bits of finite) {
    const [low, high] = [binary16(bits), binary16(bits + 1)];
    const middle = Math.fround((low + high) / 2);
    const even = bits % 2 === 0 ? bits : bits + 1;
    const near = Float32Array.of(
      middle,
      Math.fround(low + (high - low) * 0.49),
      Math.fround(low + (high - low) * 0.51),
    );
    assert.equal([...f32ToF16(near)], [even, bits, bits + 1], bits.toString(16));
  }
});

test('65519.99 is the last number that is not infinite', () => {
  const edge = Float32Array.of(65_504, 65_519.99, 65_520, -1e9, 2 ** -25, 2 ** -25 * 1.01, -(2 ** -26));
  assert.equal([...f32ToF16(edge)], [0x7bff, 0x7bff, 0x7c00, 0xfc00, 0, 1, 0x8000]);
});

test('bfloat16 goes there and back for every value, and takes the nearest between two, ties to even', () => {
  const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
  const back = f32ToBf16(bf16ToF32(all));
  const values = bf16ToF32(all);
  for (const bits of all) {
    if (Number.isNaN(values[bits])) assert.ok(Number.isNaN(bf16ToF32(back.subarray(bits, bits + 1))[0]), `${bits}`);
    else assert.is(back[bits], bits);
  }
  // Bit patterns of float32: half a step above an even and above an odd one, and a hair to either side.
  const between = new Float32Array(Uint32Array.of(0x3f808000, 0x3f818000, 0x3f807fff, 0x3f808001, 0xbf818000).buffer);
  assert.equal([...f32ToBf16(between)], [0x3f80, 0x3f82, 0x3f80, 0x3f81, 0xbf82]);
  // The largest float32 is nearer to infinity than to the largest bfloat16.
  assert.equal([...f32ToBf16(Float32Array.of(3.4028234663852886e38))], [0x7f80]);
});

test.run();
