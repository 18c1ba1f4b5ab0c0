/** Keys and values of a head as `attentionIntegers.ts` multiplies them: the first rounded key by key, the others by channels of a block. */
import {
  A_BLOCK_KEYS,
  A_HEADS,
  A_K,
  A_K_STRIDE,
  A_KEYS,
  A_PACKED_KEYS,
  A_PACKED_VALUES,
  A_V,
  A_V_STRIDE,
  A_WIDTH,
} from '../layout';
import { RELAXED } from './dot';
import { sum4 } from './real';
import { address, least, word } from './words';

/** Of eight keys: their bytes, then eight scales and eight sums times scale. */
export function keysBytes(d: i32): usize {
  return ((<usize>d) << 3) + 64;
}

/** Of a block's values: bytes of all channels, in eights, then scales and sums times scale. */
export function valuesBytes(panels: i32): usize {
  return <usize>panels * (8 * A_BLOCK_KEYS + 64);
}

export function blocksOf(keys: i32): i32 {
  return (keys + A_BLOCK_KEYS - 1) / A_BLOCK_KEYS;
}

/** Eights of keys in a block. */
export const EIGHTS: i32 = A_BLOCK_KEYS >> 3;

/** A block of keys and values of one head of one picture. Channels of a head are a multiple of 4. */
export function packHeadIntegers(record: usize, tile: i32): bool {
  const keys = word(record, A_KEYS);
  const blocks = blocksOf(keys);
  const which = tile / blocks;
  const begin = (tile % blocks) * A_BLOCK_KEYS;
  const count = least(A_BLOCK_KEYS, keys - begin);
  const heads = word(record, A_HEADS);
  const d = word(record, A_WIDTH);
  const first = (which / heads) * keys + begin;
  const column = (<usize>((which % heads) * d)) << 2;
  const panels = (d + 7) >> 3;

  const packedKeys = address(record, A_PACKED_KEYS) + keysBytes(d) * (tile * EIGHTS);
  memory.fill(packedKeys, 0, keysBytes(d) * EIGHTS);
  const keyStride = address(record, A_K_STRIDE) << 2;
  let finite = true;
  for (let t = 0; t < count; t++) {
    const to = packedKeys + keysBytes(d) * (t >> 3);
    const key = address(record, A_K) + keyStride * (first + t) + column;
    finite =
      packKey(
        key,
        (<usize>d) << 2,
        to + ((<usize>(t & 7)) << (RELAXED ? 2 : 1)),
        to + ((<usize>d) << 3) + ((<usize>(t & 7)) << 2),
      ) && finite;
  }

  const packedValues = address(record, A_PACKED_VALUES) + valuesBytes(panels) * tile;
  memory.fill(packedValues, 0, valuesBytes(panels));
  const valueStride = address(record, A_V_STRIDE) << 2;
  const values = address(record, A_V) + valueStride * first + column;
  const scales = packedValues + <usize>panels * (8 * A_BLOCK_KEYS);
  for (let c = 0; c < d; c += 4) {
    const to = packedValues + <usize>(c >> 3) * (8 * A_BLOCK_KEYS) + ((<usize>(c & 4)) << (RELAXED ? 2 : 1));
    const at = scales + ((<usize>(c >> 3)) << 6) + ((<usize>(c & 4)) << 2);
    finite = packChannels(values + ((<usize>c) << 2), valueStride, count, to, at) && finite;
  }
  return finite;
}

/** One key, its four-number pieces 32 bytes apart, or its pairs 16; its scale at `scale`, its sum times that 32 bytes on. */
function packKey(x: usize, bytes: usize, to: usize, scale: usize): bool {
  let most = f32x4.abs(v128.load(x));
  for (let i: usize = 16; i < bytes; i += 16) most = f32x4.max(most, f32x4.abs(v128.load(x + i)));
  const pair = f32x4.max(most, v128.shuffle<i32>(most, most, 2, 3, 0, 1));
  const largest = max(f32x4.extract_lane(pair, 0), f32x4.extract_lane(pair, 1));
  if (!(largest < Infinity)) return false;
  const factor = f32x4.splat(largest > 0 ? 127 / largest : 0);
  let sums = i32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const q = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(x + i), factor)));
    sums = i32x4.add(sums, q);
    const narrow = i16x8.narrow_i32x4_s(q, q);
    const four = i32x4.extract_lane(i8x16.narrow_i16x8_s(narrow, narrow), 0);
    if (RELAXED) store<i32>(to + (i << 1), four);
    else {
      store<i16>(to + (i << 1), <i16>four);
      store<i16>(to + (i << 1), <i16>(four >> 16), 16);
    }
  }
  store<f32>(scale, largest / 127);
  store<f32>(scale, (largest / 127) * sum4(f32x4.convert_i32x4_s(sums)), 32);
  return true;
}

/** Four channels of a block's values, four keys at a time, 32 bytes apart, or two, 16 bytes apart; scales at `scales`, sums times these 32 bytes on. */
function packChannels(x: usize, stride: usize, count: i32, to: usize, scales: usize): bool {
  let most = f32x4.splat(0);
  for (let t = 0; t < count; t++) most = f32x4.max(most, f32x4.abs(v128.load(x + stride * t)));
  if (!(sum4(most) < Infinity)) return false;
  const zero = f32x4.eq(most, f32x4.splat(0));
  const factor = v128.andnot(f32x4.div(f32x4.splat(127), most), zero);
  let sums = i32x4.splat(0);
  const mask = i32x4.splat(255);
  for (let t = 0; t < count; t += 4) {
    let bytes = i32x4.splat(0);
    for (let j = 0; j < least(4, count - t); j++) {
      const q = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(x + stride * (t + j)), factor)));
      sums = i32x4.add(sums, q);
      bytes = v128.or(bytes, i32x4.shl(v128.and(q, mask), j << 3));
    }
    const place = to + ((<usize>t) << 3);
    if (RELAXED) v128.store(place, bytes);
    else {
      const pairs = v128.shuffle<i16>(bytes, bytes, 0, 2, 4, 6, 1, 3, 5, 7);
      v128.store64_lane(place, pairs, 0);
      v128.store64_lane(place, pairs, 1, 16);
    }
  }
  const scale = f32x4.mul(most, f32x4.splat(1 / <f32>127));
  v128.store(scales, scale);
  v128.store(scales, f32x4.mul(scale, f32x4.convert_i32x4_s(sums)), 32);
  return true;
}
