/** Keys and values of a head as `attentionIntegers.ts` multiplies them: the first rounded key by key, the others by channels of a block. */
import {
  A_BLOCK_KEYS,
  A_HEADS,
  A_K,
  A_K_STRIDE,
  A_KEYS,
  A_LARGEST_KEY,
  A_LARGEST_VALUE,
  A_PACKED_KEYS,
  A_PACKED_VALUES,
  A_V,
  A_V_STRIDE,
  A_WIDTH,
} from '../layout';
import { NUMBER_BYTES, NUMBER_SHIFT, RELAXED } from './dot';
import { areFinite, largestOf, magnitude } from './quantize';
import { rounded, sum4 } from './real';
import { address, least, word } from './words';

/** Of eight keys: their integers, then eight scales and eight sums times scale. */
export function keysBytes(d: i32): usize {
  return scalesOfKeys(d) + 64;
}

/** Where in these the scales are. */
export function scalesOfKeys(d: i32): usize {
  return (<usize>d) << (3 + NUMBER_SHIFT);
}

/** Of a block's values, of eight channels: their integers. */
export const PANEL_BYTES: usize = 8 * A_BLOCK_KEYS * NUMBER_BYTES;

/** Of a block's values: integers of all channels, in eights, then scales and sums times scale. */
export function valuesBytes(panels: i32): usize {
  return <usize>panels * (PANEL_BYTES + 64);
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
  const largestKey = <f32>word(record, A_LARGEST_KEY);
  let finite = true;
  for (let t = 0; t < count; t++) {
    const to = packedKeys + keysBytes(d) * (t >> 3);
    const key = address(record, A_K) + keyStride * (first + t) + column;
    finite =
      packKey(
        key,
        (<usize>d) << 2,
        to + ((<usize>(t & 7)) << 2),
        to + scalesOfKeys(d) + ((<usize>(t & 7)) << 2),
        largestKey,
      ) && finite;
  }

  const packedValues = address(record, A_PACKED_VALUES) + valuesBytes(panels) * tile;
  memory.fill(packedValues, 0, valuesBytes(panels));
  const valueStride = address(record, A_V_STRIDE) << 2;
  const values = address(record, A_V) + valueStride * first + column;
  const scales = packedValues + <usize>panels * PANEL_BYTES;
  const largestValue = <f32>word(record, A_LARGEST_VALUE);
  for (let c = 0; c < d; c += 4) {
    const to = packedValues + <usize>(c >> 3) * PANEL_BYTES + ((<usize>(c & 4)) << 2);
    const at = scales + ((<usize>(c >> 3)) << 6) + ((<usize>(c & 4)) << 2);
    finite = packChannels(values + ((<usize>c) << 2), valueStride, count, to, at, largestValue) && finite;
  }
  return finite;
}

/**
 * One key as integers of ±`largest`, what of it belongs together, four bytes or two words, 32 bytes apart; its scale at
 * `scale`, its sum times that 32 bytes on.
 */
function packKey(x: usize, bytes: usize, to: usize, scale: usize, largest: f32): bool {
  let most = magnitude(v128.load(x));
  for (let i: usize = 16; i < bytes; i += 16) most = i32x4.max_s(most, magnitude(v128.load(x + i)));
  if (!areFinite(most)) return false;
  const range = largestOf(most);
  const factor = f32x4.splat(range > 0 ? largest / range : 0);
  let sums = i32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const q = rounded(f32x4.mul(v128.load(x + i), factor));
    sums = i32x4.add(sums, q);
    const words = i16x8.narrow_i32x4_s(q, q);
    if (RELAXED) store<i32>(to + (i << 1), i32x4.extract_lane(i8x16.narrow_i16x8_s(words, words), 0));
    else {
      store<i32>(to + (i << 2), i32x4.extract_lane(words, 0));
      store<i32>(to + (i << 2), i32x4.extract_lane(words, 1), 32);
    }
  }
  store<f32>(scale, range / largest);
  store<f32>(scale, (range / largest) * sum4(f32x4.convert_i32x4_s(sums)), 32);
  return true;
}

/**
 * Four channels of a block's values as integers of ±`largest`, of four keys, or two where they are words, 32 bytes apart;
 * scales at `scales`, sums times these 32 bytes on.
 */
function packChannels(x: usize, stride: usize, count: i32, to: usize, scales: usize, largest: f32): bool {
  let most = f32x4.splat(0);
  for (let t = 0; t < count; t++) most = i32x4.max_s(most, magnitude(v128.load(x + stride * t)));
  if (!areFinite(most)) return false;
  const zero = f32x4.eq(most, f32x4.splat(0));
  const factor = v128.andnot(f32x4.div(f32x4.splat(largest), most), zero);
  const together = RELAXED ? 4 : 2;
  const bits = RELAXED ? 8 : 16;
  const mask = i32x4.splat(RELAXED ? 255 : 65535);
  let sums = i32x4.splat(0);
  for (let t = 0; t < count; t += together) {
    let packed = i32x4.splat(0);
    for (let j = 0; j < least(together, count - t); j++) {
      const q = rounded(f32x4.mul(v128.load(x + stride * (t + j)), factor));
      sums = i32x4.add(sums, q);
      packed = v128.or(packed, i32x4.shl(v128.and(q, mask), j * bits));
    }
    v128.store(to + ((<usize>(t / together)) << 5), packed);
  }
  const scale = f32x4.mul(most, f32x4.splat(1 / largest));
  v128.store(scales, scale);
  v128.store(scales, f32x4.mul(scale, f32x4.convert_i32x4_s(sums)), 32);
  return true;
}
