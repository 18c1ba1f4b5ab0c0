/** Float32 numbers as integers over the range that they have: bytes, or sixteen bits (`NUMBER_BYTES`). */
import { NUMBER_SHIFT, RELAXED } from './dot';

/** Added to a number from 0 to 65,535 it leaves that, rounded to the nearest, in the lowest bits. */
const ROUND: f32 = 8388608.0;
/** The bits of infinity. */
const INFINITE: i32 = 0x7f800000;

/**
 * `count` numbers at `x`, a multiple of 4, to integers at `to`, and `{scale, offset}` at `params`; returns false where one is not
 * finite. Writes whole sixteens, and reads whole sixty-fours.
 */
export function quantizeRow(x: usize, count: i32, to: usize, params: usize, levels: f32, lowest: i32): bool {
  const bytes = (<usize>count) << 2;
  let low = v128.load(x);
  let high = low;
  let size = magnitude(low);
  for (let i: usize = 16; i < bytes; i += 16) {
    const h = v128.load(x + i);
    low = f32x4.pmin(low, h);
    high = f32x4.pmax(high, h);
    size = i32x4.max_s(size, magnitude(h));
  }
  if (!areFinite(size)) return false;
  low = f32x4.pmin(low, v128.shuffle<i32>(low, low, 2, 3, 0, 1));
  high = f32x4.pmax(high, v128.shuffle<i32>(high, high, 2, 3, 0, 1));
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
 * Numbers without their signs, to be compared as integers: those of float32 stand in the same order, and what is not finite
 * is larger than all others. (`f32x4.max`, which NaN passes through, is seven instructions of x86; this and `pmax` are three.)
 */
export function magnitude(numbers: v128): v128 {
  return v128.and(numbers, i32x4.splat(0x7fffffff));
}

/** Whether numbers of these largest magnitudes are. */
export function areFinite(largest: v128): bool {
  return !v128.any_true(i32x4.ge_s(largest, i32x4.splat(INFINITE)));
}

/** Whether the `bytes / 4` numbers at `x` are finite; nothing beyond them is looked at. */
export function rowIsFinite(x: usize, bytes: usize): bool {
  const whole = bytes & ~(<usize>15);
  let size = i32x4.splat(0);
  for (let i: usize = 0; i < whole; i += 16) size = i32x4.max_s(size, magnitude(v128.load(x + i)));
  for (let i = whole; i < bytes; i += 4) size = i32x4.max_s(size, magnitude(v128.load32_zero(x + i)));
  return areFinite(size);
}

/** The largest of four magnitudes. */
export function largestOf(size: v128): f32 {
  const pair = f32x4.pmax(size, v128.shuffle<i32>(size, size, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pair, 0), f32x4.extract_lane(pair, 1));
}

/**
 * Sixteen numbers from 0 to 255, or to 65,534, rounded to the nearest, plus `lowest`, at `to`; returns the sum of the
 * numbers as they were rounded, without `lowest`, as four integers.
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
    return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(q));
  }
  const shift = i16x8.splat(<i16>lowest);
  const low = i16x8.narrow_i32x4_u(qa, qb),
    high = i16x8.narrow_i32x4_u(qc, qd);
  v128.store(to, i16x8.add(low, shift));
  v128.store(to, i16x8.add(high, shift), 16);
  return i32x4.add(i32x4.extadd_pairwise_i16x8_u(low), i32x4.extadd_pairwise_i16x8_u(high));
}
