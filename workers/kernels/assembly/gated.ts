/**
 * A linear layer whose outputs are values and as many gates: a tile multiplies eight values and their eight gates one after the
 * other, so that nothing of the doubled width is ever written. Where a tile has whole rows it goes on to make integers of them
 * for the next product, and of what these leave, if it wants that; they are float32 only in its scratch. The range that integers
 * need is known when a row is complete.
 */

import {
  C_BIAS,
  C_LEVELS,
  C_LOWEST,
  C_M,
  C_N,
  C_OUTPUT,
  C_OUTPUT_PARAMS,
  C_OUTPUT_REST,
  C_OUTPUT_REST_PARAMS,
  C_OUTPUT_STRIDE,
  C_REST,
  C_SCALES,
  C_STEPS,
  C_SUMS,
  C_SUMS_BYTES,
  C_TILE_CHANNELS,
  C_TILE_ROWS,
  C_WEIGHTS,
} from '../layout';
import { LANES, TOTALS, tapsOfIntegers, widen } from './conv';
import { RELAXED } from './dot';
import { NOTE, noteInputs, ROWS, SIX_NOTES } from './note';
import { quantizeTo, rowIsFinite } from './quantize';
import { gelu } from './real';
import { address, least, word } from './words';

/** Of scratch: sums and totals, then what is noted; then eight gates of each row, weights as they are multiplied, rows. */
const NOTES: usize = C_SUMS_BYTES;

/** Returns whether all numbers were finite. */
export function gatedTile(record: usize, tile: i32, scratch: usize): bool {
  const results = word(record, C_N);
  const channels = word(record, C_TILE_CHANNELS);
  const channelTiles = (results + channels - 1) / channels;
  const m0 = (tile / channelTiles) * word(record, C_TILE_ROWS);
  const n0 = (tile % channelTiles) * channels;
  const m1 = least(m0 + word(record, C_TILE_ROWS), word(record, C_M));
  const n1 = least(n0 + channels, results);
  const passes: usize = address(record, C_REST) ? 2 : 1;
  const noted = SIX_NOTES * passes;
  noteInputs(record, m0, m1, scratch + NOTES, SIX_NOTES, passes);

  const steps = word(record, C_STEPS);
  const panelBytes = (<usize>steps) << 5;
  const tileRows = <usize>word(record, C_TILE_ROWS);
  const finished = scratch + NOTES + NOTE * tileRows * passes;
  const widened = finished + (tileRows << 5);
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
    const column = rows + ((<usize>n) << 2);
    let notes = scratch + NOTES;
    for (let m = m0; m < m1; m += ROWS) {
      const count = least(ROWS, m1 - m);
      totals(values, sums, steps, notes, scratch, passes);
      finishRows(record, n, count, scratch + TOTALS, column + stride * (m - m0), stride);
      totals(gates, sums + ((<usize>results) << 2), steps, notes, scratch, passes);
      finishRows(record, n + results, count, scratch + TOTALS, finished + ((<usize>(m - m0)) << 5), 32);
      notes += noted;
    }
    gate(column, stride, finished, m1 - m0);
  }
  if (leaves) return asIntegers(record, m0, m1, rows);
  let finite = true;
  for (let m = m0; m < m1; m++)
    finite = rowIsFinite(rows + stride * (m - m0) + ((<usize>n0) << 2), (<usize>(n1 - n0)) << 2) && finite;
  return finite;
}

/** Totals of six rows: of their integers, and of what these leave if it is there. */
// inline
function totals(weights: usize, sums: usize, steps: i32, notes: usize, scratch: usize, passes: usize): void {
  tapsOfIntegers(weights, sums, 1, steps, notes, scratch, false);
  if (passes === 2) tapsOfIntegers(weights, sums, 1, steps, notes + SIX_NOTES, scratch, true);
}

/** Totals of six rows times scales plus biases from output `n` on, to `to` and what is `stride` after it. */
function finishRows(record: usize, n: i32, rows: i32, totals: usize, to: usize, stride: usize): void {
  const lanes = (<usize>n) << 2;
  const scales = address(record, C_SCALES) + lanes,
    bias = address(record, C_BIAS) + lanes;
  const scalea = v128.load(scales),
    scaleb = v128.load(scales, 16),
    biasa = v128.load(bias),
    biasb = v128.load(bias, 16);
  for (let i = 0; i < rows; i++) {
    v128.store(to, f32x4.add(f32x4.mul(v128.load(totals), scalea), biasa));
    v128.store(to, f32x4.add(f32x4.mul(v128.load(totals, 16), scaleb), biasb), 16);
    totals += 32;
    to += stride;
  }
}

/** Eight values of each row, times gelu of its gates: all rows of a tile at once, so that what gelu is made of stays in registers. */
function gate(values: usize, stride: usize, gates: usize, rows: i32): void {
  const end = gates + ((<usize>rows) << 5);
  for (; gates < end; gates += 32) {
    v128.store(values, f32x4.mul(v128.load(values), gelu(v128.load(gates))));
    v128.store(values, f32x4.mul(v128.load(values, 16), gelu(v128.load(gates, 16))), 16);
    values += stride;
  }
}

/** Rows of the tile, which lie at `from`, as the next product reads them. */
function asIntegers(record: usize, m0: i32, m1: i32, from: usize): bool {
  const results = word(record, C_N);
  let finite = true;
  for (let m = m0; m < m1; m++) {
    finite =
      quantizeTo(
        from,
        results,
        m,
        address(record, C_OUTPUT),
        address(record, C_OUTPUT_PARAMS),
        address(record, C_OUTPUT_REST),
        address(record, C_OUTPUT_REST_PARAMS),
        address(record, C_OUTPUT_STRIDE),
        <f32>word(record, C_LEVELS),
        word(record, C_LOWEST),
      ) && finite;
    from += (<usize>results) << 2;
  }
  return finite;
}
