/**
 * Attention in integers, as `attention.ts` otherwise: queries are quantized row by row, keys one by one; shares block by block over
 * what the block's largest is, so that keys which count for little everywhere else keep their digits among themselves, and
 * values channel by channel in each block.
 */

import {
  A_BLOCK_KEYS,
  A_FACTOR,
  A_HEADS,
  A_KEYS,
  A_LEVELS,
  A_LOWEST,
  A_OUTPUT,
  A_OUTPUT_STRIDE,
  A_PACKED_KEYS,
  A_PACKED_VALUES,
  A_Q,
  A_Q_STRIDE,
  A_QUERIES,
  A_SHARE_BITS,
  A_SHARE_LEVELS,
  A_SHARE_LOWEST,
  A_TILE_QUERIES,
  A_WIDTH,
} from '../layout';
import { dotPanels, madd, NUMBER_BYTES, NUMBER_SHIFT, RELAXED } from './dot';
import { blocksOf, EIGHTS, keysBytes, PANEL_BYTES, scalesOfKeys, valuesBytes } from './packHeadIntegers';
import { largestOf, quantizeRow, store16 } from './quantize';
import { sum4, WHOLE } from './real';
import { address, least, real, word } from './words';

/** Of scratch: largest, total, and of shares what a number is worth, of each query; scales of queries. */
const LARGEST: usize = 0;
const TOTAL: usize = 32;
const WORTH: usize = 64;
const PARAMS: usize = 96;
/**
 * A query's products as exponents, a block's shares as integers, its integer sums `[keys / 8, 6, 8]` and later `[d / 8, 6, 8]`, the
 * queries as integers, the results `[d / 8, 6, 8]`.
 */
const PRODUCTS: usize = 192;
const SHARES: usize = PRODUCTS + 4 * A_BLOCK_KEYS;
const SHARES_BYTES: usize = NUMBER_BYTES * A_BLOCK_KEYS;
const SUMS: usize = SHARES + 6 * SHARES_BYTES;

/** Returns whether all queries were finite, and their products with keys. */
export function attentionIntegersTile(record: usize, tile: i32, scratch: usize): bool {
  const queries = word(record, A_QUERIES);
  const each = word(record, A_TILE_QUERIES);
  const tiles = (queries + each - 1) / each;
  const which = tile / tiles;
  const begin = (tile % tiles) * each;
  const end = least(begin + each, queries);
  let finite = true;
  for (let q = begin; q < end; q += 6) finite = sixQueries(record, which, q, least(6, end - q), scratch) && finite;
  return finite;
}

function sixQueries(record: usize, which: i32, q: i32, rows: i32, scratch: usize): bool {
  const heads = word(record, A_HEADS);
  const d = word(record, A_WIDTH);
  const keys = word(record, A_KEYS);
  const panels = (d + 7) >> 3;
  const first = (which / heads) * word(record, A_QUERIES) + q;
  const column = (<usize>((which % heads) * d)) << 2;
  // A query's row of integers; its scale takes in what products are multiplied by, and e^x = 2^(x log2 e).
  const rowBytes = (<usize>((d + 15) >> 4)) << (4 + NUMBER_SHIFT);
  const bytes = scratch + SUMS + 24 * <usize>max(A_BLOCK_KEYS, panels << 3);
  const results = bytes + 6 * rowBytes + 64;
  const factor = real(record, A_FACTOR) * Mathf.LOG2E;
  for (let i = 0; i < 6; i++) {
    const x = address(record, A_Q) + (address(record, A_Q_STRIDE) << 2) * (first + least(i, rows - 1)) + column;
    const params = scratch + PARAMS + ((<usize>i) << 3);
    if (!quantizeRow(x, d, bytes + rowBytes * i, params, <f32>word(record, A_LEVELS), word(record, A_LOWEST)))
      return false;
    store<f32>(params, load<f32>(params) * factor);
    store<f32>(params, load<f32>(params, 4) * factor, 4);
    store<f32>(scratch + LARGEST + ((<usize>i) << 2), -Infinity);
    store<f32>(scratch + TOTAL + ((<usize>i) << 2), 0);
  }
  memory.fill(results, 0, <usize>panels * 192);

  const blocks = blocksOf(keys);
  for (let block = 0; block < blocks; block++) {
    const count = least(A_BLOCK_KEYS, keys - block * A_BLOCK_KEYS);
    const tile = which * blocks + block;
    const packedKeys = address(record, A_PACKED_KEYS) + keysBytes(d) * (tile * EIGHTS);
    multiplyKeys(packedKeys, d, (count + 7) >> 3, bytes, rowBytes, scratch);
    for (let i = 0; i < 6; i++) if (!soften(record, packedKeys, i, count, results, panels, scratch)) return false;
    addValues(
      address(record, A_PACKED_VALUES) + valuesBytes(panels) * tile,
      panels,
      count,
      results,
      word(record, A_SHARE_LOWEST),
      scratch,
    );
  }
  const stride = address(record, A_OUTPUT_STRIDE) << 2;
  for (let i = 0; i < rows; i++) {
    const by = f32x4.splat(1 / load<f32>(scratch + TOTAL + ((<usize>i) << 2)));
    const to = address(record, A_OUTPUT) + stride * (first + i) + column;
    for (let c = 0; c < d; c += 4) {
      const at = results + <usize>(c >> 3) * 192 + ((<usize>i) << 5) + ((<usize>(c & 4)) << 2);
      v128.store(to + ((<usize>c) << 2), f32x4.mul(v128.load(at), by));
    }
  }
  return true;
}

/** The products of six queries and a block of keys, in integers. */
function multiplyKeys(packed: usize, d: i32, eights: i32, bytes: usize, rowBytes: usize, scratch: usize): void {
  dotPanels(
    packed,
    d >> 2,
    eights,
    keysBytes(d),
    scratch + SUMS,
    bytes,
    bytes + rowBytes,
    bytes + 2 * rowBytes,
    bytes + 3 * rowBytes,
    bytes + 4 * rowBytes,
    bytes + 5 * rowBytes,
  );
}

/**
 * A query's products as exponents of 2, in `PRODUCTS`; returns the largest. Up to whole sixteens, what stands for no key counts
 * nothing.
 */
function exponents(packed: usize, d: i32, i: i32, count: i32, scratch: usize): f32 {
  const params = scratch + PARAMS + ((<usize>i) << 3);
  const scale = v128.load32_splat(params);
  const offset = v128.load32_splat(params, 4);
  let scales = packed + scalesOfKeys(d);
  let from = scratch + SUMS + ((<usize>i) << 5);
  const row = scratch + PRODUCTS;
  let to = row;
  let most = f32x4.splat(-Infinity),
    most1 = most;
  const last = row + ((<usize>count) << 2);
  while (to < last) {
    const x = f32x4.convert_i32x4_s(v128.load(from));
    const y = f32x4.convert_i32x4_s(v128.load(from, 16));
    const a = madd(f32x4.mul(offset, v128.load(scales, 32)), f32x4.mul(scale, v128.load(scales)), x);
    const b = madd(f32x4.mul(offset, v128.load(scales, 48)), f32x4.mul(scale, v128.load(scales, 16)), y);
    v128.store(to, a);
    v128.store(to, b, 16);
    to += 32;
    if (to <= last) {
      most = f32x4.pmax(most, a);
      most1 = f32x4.pmax(most1, b);
    }
    scales += keysBytes(d);
    from += 192;
  }
  let largest = largestOf(f32x4.pmax(most, most1));
  const whole = row + (((<usize>count + 15) & ~15) << 2);
  for (let at = row + ((<usize>count & ~7) << 2); at < last; at += 4) largest = max(largest, load<f32>(at));
  for (let at = last; at < whole; at += 4) store<f32>(at, -Infinity);
  return largest;
}

/**
 * A query's products to shares in integers; what was summed up before is scaled where a larger product has come. Returns whether
 * the products are numbers: of finite queries and keys some may be too large to be.
 */
function soften(record: usize, packed: usize, i: i32, count: i32, results: usize, panels: i32, scratch: usize): bool {
  const largest = exponents(packed, word(record, A_WIDTH), i, count, scratch);
  if (!(abs(largest) < Infinity)) return false;
  const row = scratch + PRODUCTS;
  const at = (<usize>i) << 2;
  const whole = ((<usize>count + 15) & ~15) << 2;
  const before = load<f32>(scratch + LARGEST + at);
  const levels = <f32>word(record, A_SHARE_LEVELS);
  const lowest = word(record, A_SHARE_LOWEST);
  const to = scratch + SHARES + <usize>i * SHARES_BYTES;
  // Times all levels, in the exponent; added last, since of a large product they would be rounded away.
  const most = f32x4.splat(largest);
  const bits = f32x4.splat(real(record, A_SHARE_BITS));
  let sums = i32x4.splat(0);
  for (let j: usize = 0; j < whole; j += 64) {
    // A block's largest share is 1, and all its levels. Shares are summed up as they were rounded, so that they make up one whole.
    const rounded = store16(
      to + ((j >> 2) << NUMBER_SHIFT),
      power(f32x4.add(f32x4.sub(v128.load(row + j), most), bits)),
      power(f32x4.add(f32x4.sub(v128.load(row + j, 16), most), bits)),
      power(f32x4.add(f32x4.sub(v128.load(row + j, 32), most), bits)),
      power(f32x4.add(f32x4.sub(v128.load(row + j, 48), most), bits)),
      lowest,
    );
    sums = i32x4.add(sums, rounded);
  }
  const now = max(before, largest);
  const worth = exp2(largest - now) / levels;
  const scale = exp2(before - now);
  store<f32>(scratch + WORTH + at, worth);
  store<f32>(scratch + LARGEST + at, now);
  store<f32>(scratch + TOTAL + at, load<f32>(scratch + TOTAL + at) * scale + worth * sum4(f32x4.convert_i32x4_s(sums)));
  if (scale === 1) return true;
  const by = f32x4.splat(scale);
  for (let p = 0; p < panels; p++) {
    const result = results + <usize>p * 192 + ((<usize>i) << 5);
    v128.store(result, f32x4.mul(v128.load(result), by));
    v128.store(result, f32x4.mul(v128.load(result, 16), by), 16);
  }
  return true;
}

/** Adds a block's values, each as much as its share. */
function addValues(packed: usize, panels: i32, count: i32, results: usize, lowest: i32, scratch: usize): void {
  const shares = scratch + SHARES;
  dotPanels(
    packed,
    (count + 3) >> 2,
    panels,
    PANEL_BYTES,
    scratch + SUMS,
    shares,
    shares + SHARES_BYTES,
    shares + 2 * SHARES_BYTES,
    shares + 3 * SHARES_BYTES,
    shares + 4 * SHARES_BYTES,
    shares + 5 * SHARES_BYTES,
  );
  const scales = packed + <usize>panels * PANEL_BYTES;
  const offset = f32x4.splat(<f32>-lowest);
  for (let p = 0; p < panels; p++) {
    const own = scales + ((<usize>p) << 6);
    const a = v128.load(own);
    const b = v128.load(own, 16);
    const suma = f32x4.mul(offset, v128.load(own, 32));
    const sumb = f32x4.mul(offset, v128.load(own, 48));
    for (let i: usize = 0; i < 6; i++) {
      const worth = v128.load32_splat(scratch + WORTH + (i << 2));
      const from = scratch + SUMS + <usize>p * 192 + (i << 5);
      const to = results + <usize>p * 192 + (i << 5);
      const x = madd(suma, a, f32x4.convert_i32x4_s(v128.load(from)));
      const y = madd(sumb, b, f32x4.convert_i32x4_s(v128.load(from, 16)));
      v128.store(to, madd(v128.load(to), worth, x));
      v128.store(to, madd(v128.load(to, 16), worth, y), 16);
    }
  }
}

/**
 * 2^x, within 4e-6 of itself, or 2e-4 where it becomes a byte; below -126 as good as 0. By interpolation at Chebyshev's points
 * of [-1/2, 1/2].
 */
function power(x: v128): v128 {
  const bounded = f32x4.pmax(x, f32x4.splat(-126));
  const n = f32x4.add(bounded, f32x4.splat(WHOLE));
  const f = f32x4.sub(bounded, f32x4.sub(n, f32x4.splat(WHOLE)));
  let p = f32x4.splat(RELAXED ? 0.05583828294618463 : 0.009666368515387469);
  if (!RELAXED) p = madd(f32x4.splat(0.055921975842256264), p, f);
  p = madd(f32x4.splat(RELAXED ? 0.2426394785462557 : 0.24022349038020335), p, f);
  p = madd(f32x4.splat(RELAXED ? 0.6931367338836285 : 0.693121045203427), p, f);
  p = madd(f32x4.splat(RELAXED ? 0.9999245569508715 : 1), p, f);
  return i32x4.add(p, i32x4.shl(n, 23));
}

function exp2(x: f32): f32 {
  return x === 0 ? 1 : f32x4.extract_lane(power(f32x4.splat(x)), 0);
}
