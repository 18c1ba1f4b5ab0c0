/**
 * What happens to a row between two products: joined, added to, normalized, activated, and then quantized over the range
 * that the row has, or left as float32. A row is read once from memory; all passes over it are within the first-level cache.
 */
import {
  AFFINE,
  AFFINE_SILU,
  GEGLU,
  GELU,
  LAYER_NORM,
  PLAIN,
  QUICK_GELU,
  R_A,
  R_A_CHANNELS,
  R_A_STRIDE,
  R_ADD,
  R_ADD_STRIDE,
  R_AFFINE,
  R_B,
  R_B_CHANNELS,
  R_B_STRIDE,
  R_EPSILON,
  R_FACTOR,
  R_LEVELS,
  R_LOWEST,
  R_M,
  R_OUTPUT,
  R_OUTPUT_STRIDE,
  R_PARAMS,
  R_PICTURE_ROWS,
  R_REST,
  R_REST_PARAMS,
  R_ROW_FACTORS,
  R_SUMMAND,
  R_TILE_ROWS,
  R_TRANSFORM,
  RELU,
  SILU,
  TANH,
} from '../layout';
import { NUMBER_SHIFT } from './dot';
import { pad, quantizeTo, rangeOf, roundRow, rowIsFinite } from './quantize';
import { exp, gated, gelu, sum4, tanh } from './real';
import { address, least, real, word } from './words';

/** Returns whether all numbers were finite. */
export function rowsTile(record: usize, tile: i32, scratch: usize): bool {
  const first = tile * word(record, R_TILE_ROWS);
  const end = least(first + word(record, R_TILE_ROWS), word(record, R_M));
  const transform = word(record, R_TRANSFORM);
  const channels = word(record, R_A_CHANNELS) + (address(record, R_B) ? word(record, R_B_CHANNELS) : 0);
  const results = transform === GEGLU ? channels >> 1 : channels;
  let finite = true;
  // Rows of whole fours: no more than the row is read where it lies.
  const lies = (channels & 3) === 0 && isPlain(record) && !isGathered(record);
  if (lies && address(record, R_PARAMS) && !address(record, R_REST)) return roundRows(record, first, end, channels);
  for (let row = first; row < end; row++) {
    const x = gather(record, row, scratch);
    const to = address(record, R_PARAMS) ? scratch : address(record, R_OUTPUT) + address(record, R_OUTPUT_STRIDE) * row;
    change(record, row, transform, x, channels, to);
    if (address(record, R_PARAMS)) {
      finite =
        quantizeTo(
          scratch,
          results,
          row,
          address(record, R_OUTPUT),
          address(record, R_PARAMS),
          address(record, R_REST),
          address(record, R_REST_PARAMS),
          address(record, R_OUTPUT_STRIDE),
          <f32>word(record, R_LEVELS),
          word(record, R_LOWEST),
        ) && finite;
    } else {
      pad(to, results << 2, word(record, R_OUTPUT_STRIDE));
      finite = rowIsFinite(to, (<usize>results) << 2) && finite;
    }
  }
  return finite;
}

/** Rows to integers as they lie there. The next one's range is found before a row is rounded, which would have to wait for its own. */
function roundRows(record: usize, first: i32, end: i32, channels: i32): bool {
  const stride = address(record, R_A_STRIDE) << 2;
  const wide = address(record, R_OUTPUT_STRIDE);
  const levels = <f32>word(record, R_LEVELS);
  const lowest = word(record, R_LOWEST);
  let x = address(record, R_A) + stride * first;
  let to = address(record, R_OUTPUT) + wide * first;
  let params = address(record, R_PARAMS) + ((<usize>first) << 3);
  let finite = true;
  let next = rangeOf(x, channels, levels);
  for (let row = first; row < end; row++) {
    const range = next;
    if (row + 1 < end) next = rangeOf(x + stride, channels, levels);
    finite = roundRow(x, channels, range, to, params, lowest) && finite;
    pad(to, channels << (<i32>NUMBER_SHIFT), <i32>wide);
    x += stride;
    to += wide;
    params += 8;
  }
  return finite;
}

/** Whether rows have to be put together. */
function isGathered(record: usize): bool {
  return address(record, R_B) !== 0 || address(record, R_ADD) !== 0;
}

/** Where the row is as a whole: in place, or in scratch where it had to be put together. */
function gather(record: usize, row: i32, scratch: usize): usize {
  const a = address(record, R_A) + ((address(record, R_A_STRIDE) * row) << 2);
  if (!isGathered(record)) return a;
  const b = address(record, R_B);
  const plus = address(record, R_ADD);
  const bytes = (<usize>word(record, R_A_CHANNELS)) << 2;
  memory.copy(scratch, a, bytes);
  let channels = word(record, R_A_CHANNELS);
  if (b) {
    memory.copy(
      scratch + bytes,
      b + ((address(record, R_B_STRIDE) * row) << 2),
      (<usize>word(record, R_B_CHANNELS)) << 2,
    );
    channels += word(record, R_B_CHANNELS);
  }
  if (plus) {
    const from = plus + ((address(record, R_ADD_STRIDE) * row) << 2);
    for (let i: usize = 0; i < (<usize>channels) << 2; i += 16)
      v128.store(scratch + i, f32x4.add(v128.load(scratch + i), v128.load(from + i)));
  }
  return scratch;
}

/** Whether numbers stay as they are. */
function isPlain(record: usize): bool {
  if (word(record, R_TRANSFORM) !== PLAIN || address(record, R_ROW_FACTORS)) return false;
  return real(record, R_FACTOR) === 1 && real(record, R_SUMMAND) === 0;
}

/** Of `channels` numbers at `x` what the transform makes, at `to`, which may be the same place. */
function change(record: usize, row: i32, transform: i32, x: usize, channels: i32, to: usize): void {
  const bytes = (<usize>channels) << 2;
  if (transform === AFFINE || transform === AFFINE_SILU) {
    const scale = address(record, R_AFFINE) + ((<usize>(row / word(record, R_PICTURE_ROWS)) * bytes) << 1);
    if (transform === AFFINE) affine(x, to, bytes, scale);
    else affineSilu(x, to, bytes, scale);
  } else if (transform === LAYER_NORM) {
    layerNorm(x, to, bytes, address(record, R_AFFINE), real(record, R_EPSILON));
  } else if (transform === GEGLU) {
    geglu(x, to, bytes >> 1);
  } else if (transform === GELU) {
    for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, gelu(v128.load(x + i)));
  } else if (transform === SILU || transform === QUICK_GELU) {
    const k = f32x4.splat(transform === SILU ? 1 : 1.702);
    for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, gated(v128.load(x + i), k));
  } else if (transform === RELU) {
    const zero = f32x4.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, f32x4.pmax(v128.load(x + i), zero));
  } else if (transform === TANH) {
    for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, tanh(v128.load(x + i)));
  } else if (address(record, R_ROW_FACTORS)) {
    line(x, to, bytes, load<f32>(address(record, R_ROW_FACTORS) + ((<usize>row) << 2)), 0);
  } else if (!isPlain(record)) {
    line(x, to, bytes, real(record, R_FACTOR), real(record, R_SUMMAND));
  } else if (x !== to) {
    memory.copy(to, x, bytes);
  }
}

/** Of a picture's pixels, which are three numbers, nothing is written beyond the row: the next may be another thread's. */
function line(x: usize, to: usize, bytes: usize, factor: f32, summand: f32): void {
  const whole = bytes & ~(<usize>15);
  for (let i: usize = 0; i < whole; i += 16)
    v128.store(to + i, f32x4.add(f32x4.mul(v128.load(x + i), f32x4.splat(factor)), f32x4.splat(summand)));
  for (let i = whole; i < bytes; i += 4) store<f32>(to + i, load<f32>(x + i) * factor + summand);
}

function affine(x: usize, to: usize, bytes: usize, scale: usize): void {
  for (let i: usize = 0; i < bytes; i += 16)
    v128.store(to + i, f32x4.add(f32x4.mul(v128.load(x + i), v128.load(scale + i)), v128.load(scale + bytes + i)));
}

function affineSilu(x: usize, to: usize, bytes: usize, scale: usize): void {
  const one = f32x4.splat(1);
  for (let i: usize = 0; i < bytes; i += 16) {
    const h = f32x4.add(f32x4.mul(v128.load(x + i), v128.load(scale + i)), v128.load(scale + bytes + i));
    v128.store(to + i, f32x4.div(h, f32x4.add(one, exp(f32x4.neg(h)))));
  }
}

function geglu(x: usize, to: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16)
    v128.store(to + i, f32x4.mul(v128.load(x + i), gelu(v128.load(x + bytes + i))));
}

/** Sums of numbers, or of squares of what they have above `mean`; four at a time: one alone would wait for the last addition, which takes x86 four cycles. */
// inline
function sums(x: usize, bytes: usize, mean: v128, squared: bool): v128 {
  const whole = bytes & ~(<usize>63);
  let a = f32x4.splat(0);
  let b = a,
    c = a,
    d = a;
  for (let i: usize = 0; i < whole; i += 64) {
    a = f32x4.add(a, term(v128.load(x + i), mean, squared));
    b = f32x4.add(b, term(v128.load(x + i, 16), mean, squared));
    c = f32x4.add(c, term(v128.load(x + i, 32), mean, squared));
    d = f32x4.add(d, term(v128.load(x + i, 48), mean, squared));
  }
  for (let i = whole; i < bytes; i += 16) a = f32x4.add(a, term(v128.load(x + i), mean, squared));
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

// inline
function term(numbers: v128, mean: v128, squared: bool): v128 {
  if (!squared) return numbers;
  const above = f32x4.sub(numbers, mean);
  return f32x4.mul(above, above);
}

function layerNorm(x: usize, to: usize, bytes: usize, weight: usize, epsilon: f32): void {
  const count = <f32>(bytes >> 2);
  const mean = f32x4.splat(sum4(sums(x, bytes, f32x4.splat(0), false)) / count);
  const squares = sums(x, bytes, mean, true);
  const scale = f32x4.splat(1 / sqrt<f32>(sum4(squares) / count + epsilon));
  for (let i: usize = 0; i < bytes; i += 16) {
    const h = f32x4.mul(f32x4.sub(v128.load(x + i), mean), scale);
    v128.store(to + i, f32x4.add(f32x4.mul(h, v128.load(weight + i)), v128.load(weight + bytes + i)));
  }
}
