/**
 * A linear layer whose outputs are values and as many gates: a tile multiplies eight values and their eight gates one after the
 * other, so that nothing of the doubled width is ever written. Where a tile has whole rows it goes on to make integers of them
 * for the next product, and they are float32 only in its scratch; the range that integers need is known when a row is complete.
 */

import {
  C_BIAS,
  C_INPUT,
  C_LEVELS,
  C_LOWEST,
  C_M,
  C_N,
  C_OUTPUT,
  C_OUTPUT_PARAMS,
  C_OUTPUT_STRIDE,
  C_PARAMS,
  C_SCALES,
  C_STEPS,
  C_SUMS,
  C_TILE_CHANNELS,
  C_TILE_ROWS,
  C_WEIGHTS,
} from '../layout';
import { LANES, NOTE, note, ROWS, TOTALS, tapsOfIntegers, widen } from './conv';
import { NUMBER_SHIFT, RELAXED } from './dot';
import { pad, quantizeRow } from './quantize';
import { gelu } from './real';
import { address, least, word } from './words';

/** Of scratch: sums and totals of values, the same of gates, notes, weights as they are multiplied, rows. */
const GATES: usize = 384;
const NOTES: usize = 768;

/** Returns whether all numbers that became integers were finite. */
export function gatedTile(record: usize, tile: i32, scratch: usize): bool {
  const results = word(record, C_N);
  const channels = word(record, C_TILE_CHANNELS);
  const channelTiles = (results + channels - 1) / channels;
  const m0 = (tile / channelTiles) * word(record, C_TILE_ROWS);
  const n0 = (tile % channelTiles) * channels;
  const m1 = least(m0 + word(record, C_TILE_ROWS), word(record, C_M));
  const n1 = least(n0 + channels, results);
  note(record, m0, m1, address(record, C_INPUT), address(record, C_PARAMS), scratch + NOTES, NOTE * ROWS);

  const steps = word(record, C_STEPS);
  const panelBytes = (<usize>steps) << 5;
  const widened = scratch + NOTES + NOTE * ROWS * <usize>((word(record, C_TILE_ROWS) + ROWS - 1) / ROWS);
  const leaves = address(record, C_OUTPUT_PARAMS) !== 0;
  const stride = leaves ? (<usize>results) << 2 : address(record, C_OUTPUT_STRIDE) << 2;
  const rows = leaves ? widened + (RELAXED ? 0 : panelBytes << 2) : address(record, C_OUTPUT) + stride * m0;
  for (let n = n0; n < n1; n += LANES) {
    let values = address(record, C_WEIGHTS) + <usize>(n >> 3) * panelBytes;
    let gates = values + <usize>(results >> 3) * panelBytes;
    if (!RELAXED) {
      widen(values, panelBytes, widened);
      widen(gates, panelBytes, widened + (panelBytes << 1));
      values = widened;
      gates = widened + (panelBytes << 1);
    }
    const sums = address(record, C_SUMS) + ((<usize>n) << 2);
    let notes = scratch + NOTES;
    for (let m = m0; m < m1; m += ROWS) {
      tapsOfIntegers(values, sums, 1, steps, notes, scratch, false);
      tapsOfIntegers(gates, sums + ((<usize>results) << 2), 1, steps, notes, scratch + GATES, false);
      notes += NOTE * ROWS;
      const to = rows + stride * (m - m0) + ((<usize>n) << 2);
      finishGated(record, n, least(ROWS, m1 - m), scratch + TOTALS, to, stride);
    }
  }
  return !leaves || asIntegers(record, m0, m1, rows);
}

/** Totals of values and, `GATES` further, of gates: eight of each row to `to` and what is `stride` after it. */
function finishGated(record: usize, n: i32, rows: i32, totals: usize, to: usize, stride: usize): void {
  const values = (<usize>n) << 2;
  const gates = (<usize>(n + word(record, C_N))) << 2;
  const bias = address(record, C_BIAS);
  const scales = address(record, C_SCALES);
  for (let lanes: usize = 0; lanes < 32; lanes += 16) {
    const scale = v128.load(scales + values + lanes),
      gateScale = v128.load(scales + gates + lanes),
      summand = v128.load(bias + values + lanes),
      gateSummand = v128.load(bias + gates + lanes);
    let from = totals + lanes;
    let at = to + lanes;
    for (let i = 0; i < rows; i++) {
      const value = f32x4.add(f32x4.mul(v128.load(from), scale), summand);
      const gate = f32x4.add(f32x4.mul(v128.load(from, GATES), gateScale), gateSummand);
      v128.store(at, f32x4.mul(value, gelu(gate)));
      from += 32;
      at += stride;
    }
  }
}

/** Rows of the tile, which lie at `from`, as the next product reads them. */
function asIntegers(record: usize, m0: i32, m1: i32, from: usize): bool {
  const results = word(record, C_N);
  const stride = address(record, C_OUTPUT_STRIDE);
  const levels = <f32>word(record, C_LEVELS);
  let finite = true;
  for (let m = m0; m < m1; m++) {
    const to = address(record, C_OUTPUT) + stride * m;
    const params = address(record, C_OUTPUT_PARAMS) + ((<usize>m) << 3);
    finite = quantizeRow(from, results, to, params, levels, word(record, C_LOWEST)) && finite;
    pad(to, results << (<i32>NUMBER_SHIFT), <i32>stride);
    from += (<usize>results) << 2;
  }
  return finite;
}
