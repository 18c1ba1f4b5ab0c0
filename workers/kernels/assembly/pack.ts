/** Weights from the form they are stored in to the form they are multiplied in. */
import { RELAXED } from './dot';

/**
 * Rows `begin … begin + rows - 1` of tap `tap` of int8 `[taps, C, K]`, which lie at `from`, to their places in
 * `[K / 8, taps, C / 4, 8, 4]` at `to`, or `[K / 8, taps, C / 2, 8, 2]` where pairs are multiplied; adds their sums to float32 `[K / 8, taps, 8]` at `sums`, zeros before. `begin` and, but
 * for the last rows of a tap, `rows` are multiples of 4. May read 48 bytes beyond the rows.
 */
export function pack(
  from: usize,
  taps: i32,
  channels: i32,
  results: i32,
  tap: i32,
  begin: i32,
  rows: i32,
  to: usize,
  sums: usize,
): void {
  const steps = (channels + 3) >> 2;
  const width = <usize>results;
  for (let c = 0; c < rows; c += 4) {
    const row = from + width * c;
    // Rows beyond the last count as zeros.
    const masks = i8x16.splat(-1),
      none = i8x16.splat(0);
    const use1 = c + 1 < rows ? masks : none,
      use2 = c + 2 < rows ? masks : none,
      use3 = c + 3 < rows ? masks : none;
    for (let k = 0; k < results; k += 8) {
      const at = row + <usize>k;
      const left = results - k;
      const inside = left >= 8 ? masks : keep(left);
      const r0 = v128.and(v128.load64_zero(at), inside);
      const r1 = v128.and(v128.and(v128.load64_zero(at + width), inside), use1);
      const r2 = v128.and(v128.and(v128.load64_zero(at + 2 * width), inside), use2);
      const r3 = v128.and(v128.and(v128.load64_zero(at + 3 * width), inside), use3);
      const r01 = v128.shuffle<i8>(r0, r1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const r23 = v128.shuffle<i8>(r2, r3, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      const low = v128.shuffle<i16>(r01, r23, 0, 8, 1, 9, 2, 10, 3, 11);
      const high = v128.shuffle<i16>(r01, r23, 4, 12, 5, 13, 6, 14, 7, 15);
      const panel = (k >> 3) * taps + tap;
      const place = to + ((<usize>(panel * steps + ((begin + c) >> 2))) << 5);
      v128.store(place, RELAXED ? low : r01);
      v128.store(place, RELAXED ? high : r23, 16);
      const sum = sums + ((<usize>panel) << 5);
      v128.store(sum, f32x4.add(v128.load(sum), sumsOf4(low)));
      v128.store(sum, f32x4.add(v128.load(sum, 16), sumsOf4(high)), 16);
    }
  }
}

/** Of four fours of bytes the four sums. */
function sumsOf4(bytes: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(bytes)));
}

/** Ones in the first `count` bytes of eight. */
function keep(count: i32): v128 {
  return i64x2.splat(((<i64>1) << ((<i64>count) << 3)) - 1);
}
