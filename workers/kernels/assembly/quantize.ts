/** Float32 numbers as integers over the range that they have: bytes, or sixteen bits (`NUMBER_BYTES`). */
import { NUMBER_SHIFT, RELAXED } from './dot';

/** Added to a number from 0 to 65,535 it leaves that, rounded to the nearest, in the lowest bits. */
const ROUND: f32 = 8388608.0;
/** The bits of infinity. */
const INFINITE: i32 = 0x7f800000;

/**
 * `count` numbers at `x`, a multiple of 4, to integers at `to`, and `{scale, offset}` at `params`; returns false where one is not
 * finite. Writes whole sixteens, and reads nothing beyond the numbers.
 */
export function quantizeRow(x: usize, count: i32, to: usize, params: usize, levels: f32, lowest: i32): bool {
  return roundRow(x, count, rangeOf(x, count, levels), to, params, lowest);
}

/**
 * Of `count` numbers at `x`, a multiple of 4: the least, what makes integers of what is above it, what makes numbers of these, and
 * how far the largest is above it. The last is infinity or NaN where one is infinite, and may be where one is NaN.
 */
export function rangeOf(x: usize, count: i32, levels: f32): v128 {
  const bytes = (<usize>count) << 2;
  const whole = bytes & ~(<usize>63);
  // Four of each: one comparison would wait for the last, which takes x86 four cycles.
  let l0 = v128.load(x);
  let l1 = l0,
    l2 = l0,
    l3 = l0,
    h0 = l0,
    h1 = l0,
    h2 = l0,
    h3 = l0;
  for (let i: usize = 0; i < whole; i += 64) {
    const a = v128.load(x + i),
      b = v128.load(x + i, 16),
      c = v128.load(x + i, 32),
      d = v128.load(x + i, 48);
    l0 = f32x4.pmin(l0, a);
    l1 = f32x4.pmin(l1, b);
    l2 = f32x4.pmin(l2, c);
    l3 = f32x4.pmin(l3, d);
    h0 = f32x4.pmax(h0, a);
    h1 = f32x4.pmax(h1, b);
    h2 = f32x4.pmax(h2, c);
    h3 = f32x4.pmax(h3, d);
  }
  for (let i = whole; i < bytes; i += 16) {
    l0 = f32x4.pmin(l0, v128.load(x + i));
    h0 = f32x4.pmax(h0, v128.load(x + i));
  }
  let low = f32x4.pmin(f32x4.pmin(l0, l1), f32x4.pmin(l2, l3));
  let high = f32x4.pmax(f32x4.pmax(h0, h1), f32x4.pmax(h2, h3));
  low = f32x4.pmin(low, v128.shuffle<i32>(low, low, 2, 3, 0, 1));
  high = f32x4.pmax(high, v128.shuffle<i32>(high, high, 2, 3, 0, 1));
  const least = min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1));
  const range = max(f32x4.extract_lane(high, 0), f32x4.extract_lane(high, 1)) - least;
  // Of a range that is as good as none, the factor overflows.
  const by = levels / range;
  const first = f32x4.replace_lane(f32x4.splat(least), 1, by < Infinity ? by : 0);
  return f32x4.replace_lane(f32x4.replace_lane(first, 2, range / levels), 3, range);
}

/** The rest of `quantizeRow`, by a range from above. */
export function roundRow(x: usize, count: i32, range: v128, to: usize, params: usize, lowest: i32): bool {
  // Comparisons may pass over NaN, which the rounded numbers show.
  if (!(f32x4.extract_lane(range, 3) < Infinity)) return false;
  const scale = f32x4.extract_lane(range, 2);
  store<f32>(params, scale);
  store<f32>(params, f32x4.extract_lane(range, 0) - scale * <f32>lowest, 4);
  const bytes = (<usize>count) << 2;
  const whole = bytes & ~(<usize>63);
  const start = v128.shuffle<i32>(range, range, 0, 0, 0, 0);
  const factor = v128.shuffle<i32>(range, range, 1, 1, 1, 1);
  const round = f32x4.splat(ROUND);
  let seen = round;
  for (let i: usize = 0; i < whole; i += 64) {
    const a = shifted(x + i, start, factor),
      b = shifted(x + i + 16, start, factor),
      c = shifted(x + i + 32, start, factor),
      d = shifted(x + i + 48, start, factor);
    seen = v128.or(seen, v128.or(v128.or(a, b), v128.or(c, d)));
    storeShifted(to + ((i >> 2) << NUMBER_SHIFT), a, b, c, d, lowest);
  }
  if (whole < bytes) {
    const a = shifted(x + whole, start, factor);
    const b = whole + 16 < bytes ? shifted(x + whole + 16, start, factor) : round;
    const c = whole + 32 < bytes ? shifted(x + whole + 32, start, factor) : round;
    seen = v128.or(seen, v128.or(v128.or(a, b), c));
    storeShifted(to + ((whole >> 2) << NUMBER_SHIFT), a, b, c, round, lowest);
  }
  return !v128.any_true(v128.and(v128.xor(seen, round), i32x4.splat(~0xffff)));
}

/** Four numbers from 0 to 65,535 as floats whose lowest bits are these, rounded: what is none has others above them. */
// inline
function shifted(x: usize, start: v128, factor: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(v128.load(x), start), factor), f32x4.splat(ROUND));
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
  return storeShifted(to, f32x4.add(a, round), f32x4.add(b, round), f32x4.add(c, round), f32x4.add(d, round), lowest);
}

/** The same of numbers that `ROUND` was added to. */
// inline
function storeShifted(to: usize, a: v128, b: v128, c: v128, d: v128, lowest: i32): v128 {
  const mask = i32x4.splat(RELAXED ? 255 : 65535);
  const qa = v128.and(a, mask),
    qb = v128.and(b, mask),
    qc = v128.and(c, mask),
    qd = v128.and(d, mask);
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

/** Zeros from `bytes` on up to `stride`, which products read as well. */
export function pad(to: usize, bytes: i32, stride: i32): void {
  if (bytes < stride) memory.fill(to + <usize>bytes, 0, <usize>(stride - bytes));
}

/**
 * Row `row` of rows of `count` numbers, which lies at `x`, to integers at `output` and `params`, `stride` bytes from one row to the
 * next; where `rest` is not 0, what they leave as well, and it is that which is at `x` then. Returns whether all numbers were finite.
 */
export function quantizeTo(
  x: usize,
  count: i32,
  row: i32,
  output: usize,
  params: usize,
  rest: usize,
  restParams: usize,
  stride: usize,
  levels: f32,
  lowest: i32,
): bool {
  const to = output + stride * row;
  const param = params + ((<usize>row) << 3);
  // Rows are padded to 16 numbers: what is written over the end is zeroed.
  if (!quantizeRow(x, count, to, param, levels, lowest)) return false;
  pad(to, count << (<i32>NUMBER_SHIFT), <i32>stride);
  if (!rest) return true;
  subtract(x, (<usize>count) << 2, to, param, lowest < 0);
  return quantizeTo(x, count, row, rest, restParams, 0, 0, stride, levels, lowest);
}

/** Takes from the numbers at `x` what the integers at `from` stand for. */
function subtract(x: usize, bytes: usize, from: usize, params: usize, signed: bool): void {
  const scale = v128.load32_splat(params);
  const offset = v128.load32_splat(params, 4);
  for (let i: usize = 0; i < bytes; i += 16) {
    const at = from + ((i >> 2) << NUMBER_SHIFT);
    const words = RELAXED ? i16x8OfBytes(v128.load32_zero(at), signed) : v128.load64_zero(at);
    const stands = f32x4.add(f32x4.mul(scale, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(words))), offset);
    v128.store(x + i, f32x4.sub(v128.load(x + i), stands));
  }
}

function i16x8OfBytes(bytes: v128, signed: bool): v128 {
  return signed ? i16x8.extend_low_i8x16_s(bytes) : i16x8.extend_low_i8x16_u(bytes);
}
