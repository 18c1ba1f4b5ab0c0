/** Float32 numbers as integers over the range that they have: bytes, or sixteen bits (`NUMBER_BYTES`). */
import { NUMBER_SHIFT, RELAXED } from './dot';

/** Added to a number from 0 to 65,535 it leaves that, rounded to the nearest, in the lowest bits. */
const ROUND: f32 = 8388608.0;

/**
 * `count` numbers at `x`, a multiple of 4, to integers at `to`, and `{scale, offset}` at `params`; returns false where one is not
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
      to + ((i >> 2) << NUMBER_SHIFT),
      f32x4.mul(f32x4.sub(v128.load(x + i), start), factor),
      f32x4.mul(f32x4.sub(v128.load(x + i, 16), start), factor),
      f32x4.mul(f32x4.sub(v128.load(x + i, 32), start), factor),
      f32x4.mul(f32x4.sub(v128.load(x + i, 48), start), factor),
      lowest,
    );
  }
  return true;
}

/**
 * Sixteen numbers from 0 to 255, or to 65,534, rounded to the nearest, plus `lowest`, at `to`; returns the sum of the
 * numbers as they were rounded, without `lowest`, in fours.
 */
export function store16(to: usize, a: v128, b: v128, c: v128, d: v128, lowest: i32): v128 {
  const round = f32x4.splat(ROUND);
  const ra = f32x4.add(a, round),
    rb = f32x4.add(b, round),
    rc = f32x4.add(c, round),
    rd = f32x4.add(d, round);
  const mask = i32x4.splat(RELAXED ? 255 : 65535);
  const qa = v128.and(ra, mask),
    qb = v128.and(rb, mask),
    qc = v128.and(rc, mask),
    qd = v128.and(rd, mask);
  if (RELAXED) {
    const q = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(qa, qb), i16x8.narrow_i32x4_s(qc, qd));
    v128.store(to, i8x16.add(q, i8x16.splat(<i8>lowest)));
  } else {
    const shift = i16x8.splat(<i16>lowest);
    v128.store(to, i16x8.add(i16x8.narrow_i32x4_u(qa, qb), shift));
    v128.store(to, i16x8.add(i16x8.narrow_i32x4_u(qc, qd), shift), 16);
  }
  return f32x4.add(
    f32x4.add(f32x4.sub(ra, round), f32x4.sub(rb, round)),
    f32x4.add(f32x4.sub(rc, round), f32x4.sub(rd, round)),
  );
}
