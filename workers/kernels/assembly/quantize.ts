/** Float32 numbers as bytes over the range that they have. */

/** Added to a number from 0 to 255 it leaves that, rounded to the nearest, in the lowest bits. */
export const ROUND: f32 = 8388608.0;

/**
 * `count` numbers at `x`, a multiple of 4, to bytes at `to`, and `{scale, offset}` at `params`; returns false where one is not
 * finite. Writes whole sixteens, and reads whole sixty-fours.
 */
export function quantizeRow(x: usize, count: i32, to: usize, params: usize, levels: f32, lowest: i32): bool {
  const bytes = (<usize>count) << 2;
  let low = v128.load(x);
  let high = low;
  for (let i: usize = 16; i < bytes; i += 16) {
    const h = v128.load(x + i);
    low = f32x4.min(low, h);
    high = f32x4.max(high, h);
  }
  low = f32x4.min(low, v128.shuffle<i32>(low, low, 2, 3, 0, 1));
  high = f32x4.max(high, v128.shuffle<i32>(high, high, 2, 3, 0, 1));
  const least = min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1));
  const range = max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)) - least;
  if (!(range < Infinity)) return false;
  const scale = range / levels;
  store<f32>(params, scale);
  store<f32>(params, least - scale * <f32>lowest, 4);

  const factor = f32x4.splat(range > 0 ? levels / range : 0);
  const start = f32x4.splat(least);
  for (let i: usize = 0; i < bytes; i += 64) {
    store16(
      to + (i >> 2),
      f32x4.mul(f32x4.sub(v128.load(x + i), start), factor),
      f32x4.mul(f32x4.sub(v128.load(x + i, 16), start), factor),
      f32x4.mul(f32x4.sub(v128.load(x + i, 32), start), factor),
      f32x4.mul(f32x4.sub(v128.load(x + i, 48), start), factor),
      lowest,
    );
  }
  return true;
}

/** Sixteen numbers from 0 to 255 as bytes, rounded to the nearest, plus `lowest`. */
export function store16(to: usize, a: v128, b: v128, c: v128, d: v128, lowest: i32): void {
  const round = f32x4.splat(ROUND);
  const mask = i32x4.splat(255);
  const q0 = v128.and(f32x4.add(a, round), mask);
  const q1 = v128.and(f32x4.add(b, round), mask);
  const q2 = v128.and(f32x4.add(c, round), mask);
  const q3 = v128.and(f32x4.add(d, round), mask);
  const q = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(q0, q1), i16x8.narrow_i32x4_s(q2, q3));
  v128.store(to, i8x16.add(q, i8x16.splat(<i8>lowest)));
}
