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
import { NUMBER_SHIFT, RELAXED } from './dot';
import { quantizeRow, rowIsFinite } from './quantize';
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
  for (let row = first; row < end; row++) {
    const x = gather(record, row, scratch);
    const to = address(record, R_PARAMS) ? scratch : address(record, R_OUTPUT) + address(record, R_OUTPUT_STRIDE) * row;
    change(record, row, transform, x, channels, to);
    if (address(record, R_PARAMS)) {
      finite =
        quantize(
          record,
          row,
          results,
          scratch,
          address(record, R_OUTPUT),
          address(record, R_PARAMS),
          address(record, R_REST) !== 0,
        ) && finite;
      if (address(record, R_REST))
        quantize(record, row, results, scratch, address(record, R_REST), address(record, R_REST_PARAMS), false);
    } else {
      pad(to, results << 2, word(record, R_OUTPUT_STRIDE));
      finite = rowIsFinite(to, (<usize>results) << 2) && finite;
    }
  }
  return finite;
}

/** Where the row is as a whole: in place, or in scratch where it had to be put together. */
function gather(record: usize, row: i32, scratch: usize): usize {
  const a = address(record, R_A) + ((address(record, R_A_STRIDE) * row) << 2);
  const b = address(record, R_B);
  const plus = address(record, R_ADD);
  if (!b && !plus) return a;
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
  } else if (real(record, R_FACTOR) !== 1 || real(record, R_SUMMAND) !== 0) {
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

function layerNorm(x: usize, to: usize, bytes: usize, weight: usize, epsilon: f32): void {
  let sums = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) sums = f32x4.add(sums, v128.load(x + i));
  const count = <f32>(bytes >> 2);
  const mean = f32x4.splat(sum4(sums) / count);
  let squares = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const d = f32x4.sub(v128.load(x + i), mean);
    squares = f32x4.add(squares, f32x4.mul(d, d));
  }
  const scale = f32x4.splat(1 / sqrt<f32>(sum4(squares) / count + epsilon));
  for (let i: usize = 0; i < bytes; i += 16) {
    const h = f32x4.mul(f32x4.sub(v128.load(x + i), mean), scale);
    v128.store(to + i, f32x4.add(f32x4.mul(h, v128.load(weight + i)), v128.load(weight + bytes + i)));
  }
}

/** The numbers at `x` to integers; where `rest`, what these leave of them takes their place. */
function quantize(record: usize, row: i32, results: i32, x: usize, output: usize, allParams: usize, rest: bool): bool {
  const params = allParams + ((<usize>row) << 3);
  const to = output + address(record, R_OUTPUT_STRIDE) * row;
  const lowest = word(record, R_LOWEST);
  // Rows are padded to 16 numbers, and scratch beyond the row is free: what is written over the end is zeroed.
  if (!quantizeRow(x, results, to, params, <f32>word(record, R_LEVELS), lowest)) return false;
  pad(to, results << (<i32>NUMBER_SHIFT), word(record, R_OUTPUT_STRIDE));
  if (rest) subtract(x, (<usize>results) << 2, to, params, lowest < 0);
  return true;
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

/** Zeros from `bytes` on up to `stride`, which products read as well. */
function pad(to: usize, bytes: i32, stride: i32): void {
  if (bytes < stride) memory.fill(to + <usize>bytes, 0, <usize>(stride - bytes));
}
