/**
 * Convolutions and linear layers, six rows by eight outputs at a time, of whose inputs a tile first notes where they lie (note.ts).
 */

import {
  C_BIAS,
  C_FACTOR,
  C_M,
  C_MORE_BIAS,
  C_N,
  C_OUTPUT,
  C_OUTPUT_STRIDE,
  C_RELU,
  C_RESIDUAL,
  C_RESIDUAL_STRIDE,
  C_REST,
  C_SCALES,
  C_SIDE,
  C_STEPS,
  C_SUMS,
  C_SUMS_BYTES,
  C_TILE_CHANNELS,
  C_TILE_ROWS,
  C_WEIGHTS,
} from '../layout';
import { dotFloats, dotIntegers, NUMBER_SHIFT, RELAXED } from './dot';
import { noteInputs, ROWS, SIX_NOTES } from './note';
import { rowIsFinite } from './quantize';
import { address, least, real, word } from './words';

/** Outputs of a step of the innermost loop. */
export const LANES: i32 = 8;

/** Of scratch: integer sums, float sums, then what is noted, then weights as they are multiplied. */
const SUMS: usize = 0;
export const TOTALS: usize = 192;
const NOTES: usize = C_SUMS_BYTES;

/**
 * Computes tile `tile` of the record with `scratch` to itself; returns whether all that is computed of floats is finite. Integers
 * are: what they were quantized from has been looked at.
 */
export function convTile(record: usize, tile: i32, scratch: usize, integers: bool): bool {
  const channelTiles = (word(record, C_N) + word(record, C_TILE_CHANNELS) - 1) / word(record, C_TILE_CHANNELS);
  const m0 = (tile / channelTiles) * word(record, C_TILE_ROWS);
  const n0 = (tile % channelTiles) * word(record, C_TILE_CHANNELS);
  const m1 = least(m0 + word(record, C_TILE_ROWS), word(record, C_M));
  const n1 = least(n0 + word(record, C_TILE_CHANNELS), word(record, C_N));
  const taps = word(record, C_SIDE) * word(record, C_SIDE);
  const passes: usize = integers && address(record, C_REST) ? 2 : 1;
  const noted = SIX_NOTES * taps;
  noteInputs(record, m0, m1, scratch + NOTES, noted, passes);

  const steps = word(record, C_STEPS);
  const tapBytes = (<usize>steps) << 5;
  const panelBytes = tapBytes * taps;
  const widened = scratch + NOTES + noted * passes * <usize>((word(record, C_TILE_ROWS) + ROWS - 1) / ROWS);
  for (let n = n0; n < n1; n += LANES) {
    let weights = address(record, C_WEIGHTS) + <usize>(n >> 3) * panelBytes;
    if (integers && !RELAXED) {
      widen(weights, panelBytes, widened);
      weights = widened;
    }
    const sums = address(record, C_SUMS) + ((<usize>((n >> 3) * taps)) << 5);
    let notes = scratch + NOTES;
    for (let m = m0; m < m1; m += ROWS) {
      if (integers) {
        tapsOfIntegers(weights, sums, taps, steps, notes, scratch, false);
        if (passes === 2) tapsOfIntegers(weights, sums, taps, steps, notes + noted, scratch, true);
      } else tapsOfFloats(weights, taps, steps, notes, scratch);
      notes += noted * passes;
      finish(record, m, least(ROWS, m1 - m), n, scratch + TOTALS, integers);
    }
  }
  if (integers) return true;
  let finite = true;
  for (let m = m0; m < m1; m++) {
    const y = address(record, C_OUTPUT) + ((address(record, C_OUTPUT_STRIDE) * m + n0) << 2);
    finite = rowIsFinite(y, (<usize>(n1 - n0)) << 2) && finite;
  }
  return finite;
}

/** Bytes to sixteen bits: once for all rows of a tile. */
export function widen(from: usize, bytes: usize, to: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(to + (i << 1), v128.load8x8_s(from + i));
    v128.store(to + (i << 1), v128.load8x8_s(from + i, 8), 16);
  }
}

/** All taps of six rows; `more`: on top of what the totals hold. */
export function tapsOfIntegers(
  weights: usize,
  sums: usize,
  taps: i32,
  steps: i32,
  notes: usize,
  scratch: usize,
  more: bool,
): void {
  const tapBytes = (<usize>steps) << (5 + NUMBER_SHIFT);
  for (let tap = 0; tap < taps; tap++) {
    dotIntegers(
      weights,
      steps,
      scratch + SUMS,
      load<usize>(notes),
      load<usize>(notes, 4),
      load<usize>(notes, 8),
      load<usize>(notes, 12),
      load<usize>(notes, 16),
      load<usize>(notes, 20),
    );
    scaled(scratch + SUMS, notes, sums, scratch + TOTALS, more || tap > 0);
    weights += tapBytes;
    sums += 32;
    notes += SIX_NOTES;
  }
}

/** Integer sums of six rows, whose scales `notes` tells, to totals, or on top of these: scale · sum + offset · sum of the weights. */
// inline
export function scaled(from: usize, notes: usize, sums: usize, to: usize, more: bool): void {
  const suma = v128.load(sums),
    sumb = v128.load(sums, 16);
  for (let i: usize = 0; i < 6; i++) {
    const param = load<usize>(notes + (i << 2), 24);
    const scale = v128.load32_splat(param),
      offset = v128.load32_splat(param, 4);
    let a = f32x4.add(f32x4.mul(scale, f32x4.convert_i32x4_s(v128.load(from))), f32x4.mul(offset, suma));
    let b = f32x4.add(f32x4.mul(scale, f32x4.convert_i32x4_s(v128.load(from, 16))), f32x4.mul(offset, sumb));
    if (more) {
      a = f32x4.add(v128.load(to), a);
      b = f32x4.add(v128.load(to, 16), b);
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    from += 32;
    to += 32;
  }
}

function tapsOfFloats(weights: usize, taps: i32, steps: i32, notes: usize, scratch: usize): void {
  memory.fill(scratch + TOTALS, 0, 192);
  const tapBytes = (<usize>steps) << 5;
  for (let tap = 0; tap < taps; tap++) {
    dotFloats(
      weights,
      steps,
      scratch + TOTALS,
      load<usize>(notes),
      load<usize>(notes, 4),
      load<usize>(notes, 8),
      load<usize>(notes, 12),
      load<usize>(notes, 16),
      load<usize>(notes, 20),
    );
    weights += tapBytes;
    notes += SIX_NOTES;
  }
}

/** Scales, biases, residual, activation: totals, eight of each row, to the output's rows `m` and on, from channel `n`. */
export function finish(record: usize, m: i32, rows: i32, n: i32, totals: usize, integers: bool): void {
  const lanes = (<usize>n) << 2;
  const bias = address(record, C_BIAS) + lanes;
  const more = address(record, C_MORE_BIAS);
  let biasa = v128.load(bias),
    biasb = v128.load(bias, 16);
  if (more) {
    biasa = f32x4.add(biasa, v128.load(more + lanes));
    biasb = f32x4.add(biasb, v128.load(more + lanes, 16));
  }
  let scalea = f32x4.splat(1),
    scaleb = f32x4.splat(1);
  if (integers) {
    scalea = v128.load(address(record, C_SCALES) + lanes);
    scaleb = v128.load(address(record, C_SCALES) + lanes, 16);
  }
  const factor = f32x4.splat(real(record, C_FACTOR));
  const least: f32 = word(record, C_RELU) ? 0 : -Infinity;
  const floor = f32x4.splat(least);
  const residual = address(record, C_RESIDUAL);
  const left = word(record, C_N) - n;
  for (let i = 0; i < rows; i++) {
    const from = totals + ((<usize>i) << 5);
    let a = f32x4.add(f32x4.mul(v128.load(from), scalea), biasa);
    let b = f32x4.add(f32x4.mul(v128.load(from, 16), scaleb), biasb);
    const to = address(record, C_OUTPUT) + ((address(record, C_OUTPUT_STRIDE) * (m + i) + n) << 2);
    const plus = residual + ((address(record, C_RESIDUAL_STRIDE) * (m + i) + n) << 2);
    if (left >= LANES) {
      if (residual) {
        a = f32x4.add(a, v128.load(plus));
        b = f32x4.add(b, v128.load(plus, 16));
      }
      v128.store(to, f32x4.pmax(f32x4.mul(a, factor), floor));
      v128.store(to, f32x4.pmax(f32x4.mul(b, factor), floor), 16);
      continue;
    }
    v128.store(from, a);
    v128.store(from, b, 16);
    for (let j: usize = 0; j < <usize>left; j++) {
      const at = j << 2;
      const value = load<f32>(from + at) + (residual ? load<f32>(plus + at) : 0);
      store<f32>(to + at, max(value * real(record, C_FACTOR), least));
    }
  }
}
