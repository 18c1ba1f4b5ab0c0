/**
 * 3×3 convolutions by Winograd's F(2×2, 3×3): four pixels of output from 16 products for each channel instead of 36
 * (Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016, eq. 12 to 15). It takes more than eight bits:
 * patches are transformed in float32 and each of the 16 rows that come of one is rounded by itself to sixteen bits or
 * fewer; weights, four times what the transform makes of int8, are whole numbers up to 1143, so that nothing is lost of them.
 */

import {
  C_CHANNELS,
  C_HALF,
  C_HEIGHT,
  C_IN_HEIGHT,
  C_IN_WIDTH,
  C_INPUT,
  C_INPUT_STRIDE,
  C_M,
  C_N,
  C_SEEN_HEIGHT,
  C_SEEN_WIDTH,
  C_STEPS,
  C_TILE_CHANNELS,
  C_TILE_ROWS,
  C_WEIGHTS,
  C_WIDTH,
  C_ZERO_ROW,
} from '../layout';
import { finish, LANES } from './conv';
import { dotIntegers } from './dot';
import { areFinite, largestOf, magnitude } from './quantize';
import { rounded } from './real';
import { address, least, word } from './words';

/** Patches of a step of the innermost loop, and rows that come of a patch. */
const PATCHES: i32 = 6;
const ROWS: i32 = 16;

/** Of scratch: integer sums; where the 16 pixels of a patch are; totals of four pixels; then what depends on the layer's size. */
const SUMS: usize = 0;
const PIXELS: usize = 192;
const OUTPUTS: usize = 256;
const REST: usize = 1024;

/** From one row to the next: a cache line more than there is in it, as rows of so many bytes would all fall into the same places. */
function weightsApart(steps: i32): usize {
  return ((<usize>steps) << 6) + 64;
}
function floatsApart(rowBytes: usize): usize {
  return (rowBytes << 1) + 64;
}

/** Computes tile `tile` of the record with `scratch` to itself; returns whether all numbers were finite. */
export function winogradTile(record: usize, tile: i32, scratch: usize): bool {
  const each = word(record, C_TILE_ROWS);
  const channelTiles = (word(record, C_N) + word(record, C_TILE_CHANNELS) - 1) / word(record, C_TILE_CHANNELS);
  const begin = (tile / channelTiles) * each;
  const end = least(begin + each, word(record, C_M));
  const n0 = (tile % channelTiles) * word(record, C_TILE_CHANNELS);
  const n1 = least(n0 + word(record, C_TILE_CHANNELS), word(record, C_N));
  const steps = word(record, C_STEPS);
  const rowBytes = (<usize>((word(record, C_CHANNELS) + 15) >> 4)) << 5;

  const scales = scratch + REST;
  const weights = scales + ((<usize>(each * ROWS)) << 2);
  const floats = weights + <usize>ROWS * weightsApart(steps);
  const words = floats + <usize>ROWS * floatsApart(rowBytes);
  for (let i = 0; i < each; i++) {
    const patch = least(begin + i, end - 1);
    if (!roundPatch(record, patch, i, each, scratch + PIXELS, floats, words, rowBytes, scales)) return false;
  }
  for (let n = n0; n < n1; n += LANES) {
    transformWeights(record, n >> 3, steps, weights);
    for (let m = begin; m < end; m += PATCHES) {
      const first = m - begin;
      memory.fill(scratch + OUTPUTS, 0, 768);
      for (let p = 0; p < ROWS; p++) {
        const x = words + rowBytes * <usize>(p * each + first);
        dotIntegers(
          weights + <usize>p * weightsApart(steps),
          steps,
          scratch + SUMS,
          x,
          x + rowBytes,
          x + 2 * rowBytes,
          x + 3 * rowBytes,
          x + 4 * rowBytes,
          x + 5 * rowBytes,
        );
        addToOutputs(p, scales + ((<usize>(p * each + first)) << 2), scratch);
      }
      finishPatches(record, m, least(PATCHES, end - m), n, scratch);
    }
  }
  return true;
}

/** Patch `patch` transformed, rounded, and put in place `place` of `each`: row p of it is row p · each + place. */
function roundPatch(
  record: usize,
  patch: i32,
  place: i32,
  each: i32,
  pixels: usize,
  floats: usize,
  words: usize,
  rowBytes: usize,
  scales: usize,
): bool {
  findPixels(record, patch, pixels);
  const apart = floatsApart(rowBytes);
  const bytes = (<usize>word(record, C_CHANNELS)) << 2;
  for (let c: usize = 0; c < bytes; c += 16) {
    const to = floats + c;
    transformRow(pixels, 0, 2, true, c, to, apart);
    transformRow(pixels, 1, 2, false, c, to + 4 * apart, apart);
    transformRow(pixels, 2, 1, true, c, to + 8 * apart, apart);
    transformRow(pixels, 1, 3, true, c, to + 12 * apart, apart);
  }
  const half = <f32>word(record, C_HALF);
  for (let p = 0; p < ROWS; p++) {
    const index = <usize>(p * each + place);
    const x = floats + apart * <usize>p;
    if (!round(x, bytes, words + rowBytes * index, rowBytes, scales + (index << 2), half)) return false;
  }
  return true;
}

/** A row of Bᵀd B: rows `a` and `b` of the patch, the second added or taken away, and then their columns likewise. */
function transformRow(pixels: usize, a: usize, b: usize, minus: bool, c: usize, to: usize, apart: usize): void {
  const t0 = two(pixels, 4 * a, 4 * b, minus, c),
    t1 = two(pixels, 4 * a + 1, 4 * b + 1, minus, c),
    t2 = two(pixels, 4 * a + 2, 4 * b + 2, minus, c),
    t3 = two(pixels, 4 * a + 3, 4 * b + 3, minus, c);
  v128.store(to, f32x4.sub(t0, t2));
  v128.store(to + apart, f32x4.add(t1, t2));
  v128.store(to + 2 * apart, f32x4.sub(t2, t1));
  v128.store(to + 3 * apart, f32x4.sub(t1, t3));
}

/** Four channels of two pixels, added up or the second taken away. */
function two(pixels: usize, a: usize, b: usize, minus: bool, c: usize): v128 {
  const x = v128.load(load<usize>(pixels + (a << 2)) + c),
    y = v128.load(load<usize>(pixels + (b << 2)) + c);
  return minus ? f32x4.sub(x, y) : f32x4.add(x, y);
}

/** Of the patch's 16 pixels the addresses, outside of the picture that of a row of zeros. */
function findPixels(record: usize, patch: i32, to: usize): void {
  const high = (word(record, C_HEIGHT) + 1) >> 1,
    wide = (word(record, C_WIDTH) + 1) >> 1;
  const seenHeight = word(record, C_SEEN_HEIGHT),
    seenWidth = word(record, C_SEEN_WIDTH);
  const inHeight = word(record, C_IN_HEIGHT),
    inWidth = word(record, C_IN_WIDTH);
  const picture = patch / (high * wide);
  const within = patch - picture * high * wide;
  const y = 2 * (within / wide) - 1,
    x = 2 * (within % wide) - 1;
  for (let i = 0; i < 4; i++)
    for (let j = 0; j < 4; j++) {
      const sy = y + i,
        sx = x + j;
      let at = address(record, C_ZERO_ROW);
      if (<u32>sy < <u32>seenHeight && <u32>sx < <u32>seenWidth) {
        const iy = seenHeight === inHeight ? sy : (sy * inHeight) / seenHeight;
        const ix = seenWidth === inWidth ? sx : (sx * inWidth) / seenWidth;
        at = address(record, C_INPUT) + address(record, C_INPUT_STRIDE) * ((picture * inHeight + iy) * inWidth + ix);
      }
      store<usize>(to + ((<usize>(4 * i + j)) << 2), at);
    }
}

/**
 * `bytes` of float32 at `x` to integers of ±`half` at `to`, zeros up to `rowBytes`; what one of them is worth, and of that a
 * quarter since weights are four times theirs, at `scale`.
 */
function round(x: usize, bytes: usize, to: usize, rowBytes: usize, scale: usize, half: f32): bool {
  let most = magnitude(v128.load(x));
  for (let i: usize = 16; i < bytes; i += 16) most = i32x4.max_s(most, magnitude(v128.load(x + i)));
  if (!areFinite(most)) return false;
  const largest = largestOf(most);
  store<f32>(scale, (largest / half) * 0.25);
  const factor = f32x4.splat(largest > 0 ? half / largest : 0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const q = rounded(f32x4.mul(v128.load(x + i), factor));
    v128.store64_lane(to + (i >> 1), i16x8.narrow_i32x4_s(q, q), 0);
  }
  if (bytes >> 1 < rowBytes) memory.fill(to + (bytes >> 1), 0, rowBytes - (bytes >> 1));
  return true;
}

/** Four times G g Gᵀ of eight outputs' weights: `[K / 2, 8, 2]` of sixteen bits, sixteen times. */
function transformWeights(record: usize, panel: i32, steps: i32, to: usize): void {
  const tap = (<usize>steps) << 5;
  const from = address(record, C_WEIGHTS) + tap * <usize>(9 * panel);
  const apart = weightsApart(steps);
  // Eight bytes are two numbers of four outputs.
  for (let k: usize = 0; k < tap; k += 8) {
    const at = from + k;
    const g00 = v128.load8x8_s(at),
      g01 = v128.load8x8_s(at + tap),
      g02 = v128.load8x8_s(at + 2 * tap);
    const g20 = v128.load8x8_s(at + 6 * tap),
      g21 = v128.load8x8_s(at + 7 * tap),
      g22 = v128.load8x8_s(at + 8 * tap);
    const g10 = v128.load8x8_s(at + 3 * tap),
      g11 = v128.load8x8_s(at + 4 * tap),
      g12 = v128.load8x8_s(at + 5 * tap);
    const s0 = i16x8.add(g00, g20),
      s1 = i16x8.add(g01, g21),
      s2 = i16x8.add(g02, g22);
    const place = to + (k << 1);
    weightsRow(i16x8.shl(g00, 1), i16x8.shl(g01, 1), i16x8.shl(g02, 1), place, apart);
    weightsRow(i16x8.add(s0, g10), i16x8.add(s1, g11), i16x8.add(s2, g12), place + 4 * apart, apart);
    weightsRow(i16x8.sub(s0, g10), i16x8.sub(s1, g11), i16x8.sub(s2, g12), place + 8 * apart, apart);
    weightsRow(i16x8.shl(g20, 1), i16x8.shl(g21, 1), i16x8.shl(g22, 1), place + 12 * apart, apart);
  }
}

/** A row of 2G g times (2G)ᵀ. */
function weightsRow(t0: v128, t1: v128, t2: v128, to: usize, apart: usize): void {
  const sum = i16x8.add(t0, t2);
  v128.store(to, i16x8.shl(t0, 1));
  v128.store(to + apart, i16x8.add(sum, t1));
  v128.store(to + 2 * apart, i16x8.sub(sum, t1));
  v128.store(to + 3 * apart, i16x8.shl(t2, 1));
}

/** What row `p` of the patches adds to the four pixels: Aᵀ m A, whose factors are 1, 0 and −1. */
function addToOutputs(p: i32, scales: usize, scratch: usize): void {
  const i = p >> 2,
    j = p & 3;
  for (let a = 0; a < 2; a++) {
    // Row 0 of Aᵀ is 1 1 1 0, row 1 is 0 1 −1 −1.
    if (a === 0 ? i === 3 : i === 0) continue;
    for (let b = 0; b < 2; b++) {
      if (b === 0 ? j === 3 : j === 0) continue;
      const minus = (a === 1 && i > 1) !== (b === 1 && j > 1);
      const to = scratch + OUTPUTS + ((<usize>((2 * a + b) * PATCHES)) << 5);
      for (let row: usize = 0; row < 6; row++) {
        const scale = v128.load32_splat(scales + (row << 2));
        const signed = minus ? f32x4.neg(scale) : scale;
        const from = scratch + SUMS + (row << 5);
        const at = to + (row << 5);
        const x = f32x4.mul(signed, f32x4.convert_i32x4_s(v128.load(from)));
        const y = f32x4.mul(signed, f32x4.convert_i32x4_s(v128.load(from, 16)));
        v128.store(at, f32x4.add(v128.load(at), x));
        v128.store(at, f32x4.add(v128.load(at, 16), y), 16);
      }
    }
  }
}

/** The four pixels of each patch, of those that are in the picture. */
function finishPatches(record: usize, m: i32, patches: i32, n: i32, scratch: usize): void {
  const height = word(record, C_HEIGHT),
    width = word(record, C_WIDTH);
  const high = (height + 1) >> 1,
    wide = (width + 1) >> 1;
  for (let i = 0; i < patches; i++) {
    const patch = m + i;
    const picture = patch / (high * wide);
    const within = patch - picture * high * wide;
    const y = 2 * (within / wide),
      x = 2 * (within % wide);
    for (let a = 0; a < 2; a++)
      for (let b = 0; b < 2; b++) {
        if (y + a >= height || x + b >= width) continue;
        const pixel = (picture * height + y + a) * width + x + b;
        const totals = scratch + OUTPUTS + ((<usize>((2 * a + b) * PATCHES + i)) << 5);
        finish(record, pixel, 1, n, totals, true);
      }
  }
}
