/** What this machine makes of bytes in a relaxed dot product: which the specification leaves open. */
import { RELAXED } from './dot';

/**
 * 255: bytes are unsigned and sums exact; -128: bytes are signed and sums exact; 127: only seven bits can be relied on.
 */
export function probe(): i32 {
  if (!RELAXED) return 255;
  // Pairs of products that would overflow sixteen bits, so that saturation shows; through memory, not folded away.
  const most = i32x4.relaxed_dot_i8x16_i7x16_add_s(i8x16.splat(127), i8x16.splat(-1), i32x4.splat(0));
  const half = i32x4.relaxed_dot_i8x16_i7x16_add_s(i8x16.splat(-128), i8x16.splat(-128), i32x4.splat(0));
  if (i32x4.extract_lane(most, 0) == 4 * 127 * 255 && i32x4.extract_lane(half, 0) == 4 * -128 * 128) return 255;
  if (i32x4.extract_lane(most, 0) == 4 * 127 * -1 && i32x4.extract_lane(half, 0) == 4 * 128 * 128) return -128;
  return 127;
}
