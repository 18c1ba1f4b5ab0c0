/**
 * Attention without the matrix of all products: keys are looked at a block at a time, and what was summed up so far is
 * scaled when a larger product comes (Dao et al., FlashAttention, 2022, algorithm 1; Milakov and Gimelshein, 2018). The
 * memory is that of a block, whatever the picture's size.
 */

import {
  A_CAUSAL,
  A_FACTOR,
  A_HEADS,
  A_K,
  A_K_STRIDE,
  A_KEYS,
  A_OUTPUT,
  A_OUTPUT_STRIDE,
  A_PACKED_KEYS,
  A_PACKED_VALUES,
  A_Q,
  A_Q_STRIDE,
  A_QUERIES,
  A_TILE_KEYS,
  A_TILE_QUERIES,
  A_V,
  A_V_STRIDE,
  A_WIDTH,
} from '../layout';
import { dotFloats } from './dot';
import { rowIsFinite } from './quantize';
import { exp, sum4 } from './real';
import { address, least, real, word } from './words';

function eights(count: i32): i32 {
  return (count + 7) >> 3;
}

/** One head of one picture: keys in eights side by side, values in eights of channels; zeros fill up. */
export function packHead(record: usize, tile: i32): void {
  const heads = word(record, A_HEADS),
    d = word(record, A_WIDTH),
    keys = word(record, A_KEYS);
  const picture = tile / heads,
    head = tile % heads;
  const keyBytes = (<usize>(eights(keys) * d)) << 5;
  const valueBytes = (<usize>(eights(d) * keys)) << 5;
  const packedKeys = address(record, A_PACKED_KEYS) + keyBytes * tile;
  const packedValues = address(record, A_PACKED_VALUES) + valueBytes * tile;
  memory.fill(packedKeys, 0, keyBytes);
  memory.fill(packedValues, 0, valueBytes);
  for (let t = 0; t < keys; t++) {
    const row = picture * keys + t;
    const k = address(record, A_K) + ((address(record, A_K_STRIDE) * row + head * d) << 2);
    const v = address(record, A_V) + ((address(record, A_V_STRIDE) * row + head * d) << 2);
    let toKey = packedKeys + ((<usize>((t >> 3) * d)) << 5) + ((<usize>(t & 7)) << 2);
    for (let c = 0; c < d; c++) {
      store<f32>(toKey, load<f32>(k + ((<usize>c) << 2)));
      toKey += 32;
    }
    for (let c = 0; c < d; c += 8) {
      const to = packedValues + ((<usize>((c >> 3) * keys + t)) << 5);
      memory.copy(to, v + ((<usize>c) << 2), (<usize>least(8, d - c)) << 2);
    }
  }
}

/**
 * Some queries of one head. Scratch: of each query the largest product and the sum so far (64 bytes), a block of products
 * `[6, keys]`, the results `[d / 8, 6, 8]`. Returns whether all results are finite, which they are not where a query, a key that
 * is seen or its value is not.
 */
export function attentionTile(record: usize, tile: i32, scratch: usize): bool {
  const heads = word(record, A_HEADS),
    queries = word(record, A_QUERIES);
  const each = word(record, A_TILE_QUERIES);
  const tiles = (queries + each - 1) / each;
  const which = tile / tiles;
  const begin = (tile % tiles) * each;
  const end = least(begin + each, queries);
  let finite = true;
  for (let q = begin; q < end; q += 6)
    finite = sixQueries(record, which / heads, which % heads, which, q, least(6, end - q), scratch) && finite;
  return finite;
}

function sixQueries(record: usize, picture: i32, head: i32, which: i32, q: i32, rows: i32, scratch: usize): bool {
  const d = word(record, A_WIDTH),
    keys = word(record, A_KEYS),
    block = word(record, A_TILE_KEYS);
  const panels = eights(d);
  const packedKeys = address(record, A_PACKED_KEYS) + ((<usize>(eights(keys) * d)) << 5) * which;
  const packedValues = address(record, A_PACKED_VALUES) + ((<usize>(panels * keys)) << 5) * which;
  const from = address(record, A_Q) + ((<usize>(head * d)) << 2);
  const stride = address(record, A_Q_STRIDE) << 2;
  const first = picture * word(record, A_QUERIES) + q;
  const last = first + rows - 1;
  const x0 = from + stride * first;
  const x1 = from + stride * least(first + 1, last),
    x2 = from + stride * least(first + 2, last);
  const x3 = from + stride * least(first + 3, last),
    x4 = from + stride * least(first + 4, last);
  const x5 = from + stride * least(first + 5, last);

  const largest = scratch,
    total = scratch + 32,
    part = scratch + 64;
  const blockBytes = (<usize>block) << 2;
  const products = scratch + 256;
  const results = products + 6 * blockBytes;
  for (let i: usize = 0; i < 24; i += 4) {
    store<f32>(largest + i, -Infinity);
    store<f32>(total + i, 0);
  }
  memory.fill(results, 0, <usize>panels * 192);

  const causal = word(record, A_CAUSAL) !== 0;
  const seen = causal ? least(q + rows, keys) : keys;
  for (let k = 0; k < seen; k += block) {
    const count = least(block, seen - k);
    for (let j = 0; j < count; j += 8) {
      memory.fill(part, 0, 192);
      dotFloats(packedKeys + ((<usize>((k + j) >> 3) * d) << 5), d, part, x0, x1, x2, x3, x4, x5);
      for (let i: usize = 0; i < 6; i++) {
        v128.store(products + i * blockBytes + ((<usize>j) << 2), v128.load(part + (i << 5)));
        v128.store(products + i * blockBytes + ((<usize>j) << 2), v128.load(part + (i << 5), 16), 16);
      }
    }
    for (let i = 0; i < 6; i++) {
      const own = causal ? least(count, q + least(i, rows - 1) + 1 - k) : count;
      const factor = soften(
        products + <usize>i * blockBytes,
        own,
        count,
        real(record, A_FACTOR),
        largest + ((<usize>i) << 2),
        total + ((<usize>i) << 2),
      );
      if (factor === 1) continue;
      const by = f32x4.splat(factor);
      for (let p = 0; p < panels; p++) {
        const at = results + <usize>p * 192 + ((<usize>i) << 5);
        v128.store(at, f32x4.mul(v128.load(at), by));
        v128.store(at, f32x4.mul(v128.load(at, 16), by), 16);
      }
    }
    for (let p = 0; p < panels; p++) {
      dotFloats(
        packedValues + ((<usize>(p * keys + k)) << 5),
        count,
        results + <usize>p * 192,
        products,
        products + blockBytes,
        products + 2 * blockBytes,
        products + 3 * blockBytes,
        products + 4 * blockBytes,
        products + 5 * blockBytes,
      );
    }
  }
  let finite = true;
  for (let i = 0; i < rows; i++) {
    const by = f32x4.splat(1 / load<f32>(total + ((<usize>i) << 2)));
    const to = address(record, A_OUTPUT) + ((address(record, A_OUTPUT_STRIDE) * (first + i) + head * d) << 2);
    for (let p = 0; p < panels; p++) {
      const at = results + <usize>p * 192 + ((<usize>i) << 5);
      const a = f32x4.mul(v128.load(at), by),
        b = f32x4.mul(v128.load(at, 16), by);
      const left = d - (p << 3);
      if (left >= 8) {
        v128.store(to + ((<usize>p) << 5), a);
        v128.store(to + ((<usize>p) << 5), b, 16);
      } else {
        v128.store(at, a);
        v128.store(at, b, 16);
        memory.copy(to + ((<usize>p) << 5), at, (<usize>left) << 2);
      }
    }
    finite = rowIsFinite(to, (<usize>d) << 2) && finite;
  }
  return finite;
}

/**
 * Products of a row to e^(factor · product - largest), of which only the first `own` count. Adds them to `total`; returns
 * what everything before is to be multiplied by.
 */
function soften(row: usize, own: i32, count: i32, factor: f32, largest: usize, total: usize): f32 {
  const bytes = (<usize>count) << 2;
  // What is beyond what counts, up to a whole four, must not be seen.
  const whole = (bytes + 15) & ~15;
  for (let i: usize = (<usize>max(own, 0)) << 2; i < whole; i += 4) store<f32>(row + i, -Infinity);
  let most = f32x4.splat(-Infinity);
  for (let i: usize = 0; i < whole; i += 16) most = f32x4.pmax(most, v128.load(row + i));
  const pair = f32x4.pmax(most, v128.shuffle<i32>(most, most, 2, 3, 0, 1));
  const before = load<f32>(largest);
  const now = max(before, max(f32x4.extract_lane(pair, 0), f32x4.extract_lane(pair, 1)) * factor);
  if (now === -Infinity) {
    memory.fill(row, 0, bytes);
    return 1;
  }
  const by = f32x4.splat(factor),
    less = f32x4.splat(now);
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < whole; i += 16) {
    const e = exp(f32x4.sub(f32x4.mul(v128.load(row + i), by), less));
    v128.store(row + i, e);
    sum = f32x4.add(sum, e);
  }
  const scale: f32 = before === now ? 1 : f32x4.extract_lane(exp(f32x4.splat(before - now)), 0);
  store<f32>(largest, now);
  store<f32>(total, load<f32>(total) * scale + sum4(sum));
  return scale;
}
