/**
 * 3×3 convolutions of a picture that is seen twice as high and wide, each pixel four times. A tap's product with a pixel is part of
 * up to four results there, so nine products for each pixel as it lies make all four pixels of output, of which each would have
 * nine of its own. The products are those of the plain way, bit for bit; they are added up in another order: along rows first.
 *
 * Of a pixel's products with the taps (dy, dx), output column 2x takes (dy, 0) of the pixel to the left, (dy, 1) and (dy, 2) of
 * its own, column 2x + 1 takes (dy, 0) and (dy, 1) of its own, (dy, 2) of the pixel to the right; and rows likewise.
 */

import {
  C_IN_HEIGHT,
  C_IN_WIDTH,
  C_INPUT,
  C_N,
  C_PARAMS,
  C_REST,
  C_REST_PARAMS,
  C_STEPS,
  C_SUMS,
  C_TILE_CHANNELS,
  C_TILE_COLUMNS,
  C_TILE_ROWS,
  C_WEIGHTS,
} from '../layout';
import { finish, LANES, scaled, widen } from './conv';
import { dotIntegers, NUMBER_SHIFT, RELAXED } from './dot';
import { noteLine, ROWS, SIX_NOTES } from './note';
import { address, least, word } from './words';

const TAPS: i32 = 9;
/** Eight float32. */
const TOTAL: usize = 32;

/** Of scratch: integer sums; then what depends on the tile's size. */
const SUMS: usize = 0;
const NOTES: usize = 192;

/** Computes tile `tile` of the record with `scratch` to itself. */
export function doubledTile(record: usize, tile: i32, scratch: usize): void {
  const height = word(record, C_IN_HEIGHT),
    width = word(record, C_IN_WIDTH);
  const bandRows = word(record, C_TILE_ROWS),
    bandColumns = word(record, C_TILE_COLUMNS);
  const channelTiles = (word(record, C_N) + word(record, C_TILE_CHANNELS) - 1) / word(record, C_TILE_CHANNELS);
  const columnTiles = (width + bandColumns - 1) / bandColumns;
  const rowTiles = (height + bandRows - 1) / bandRows;
  const n0 = (tile % channelTiles) * word(record, C_TILE_CHANNELS);
  const n1 = least(n0 + word(record, C_TILE_CHANNELS), word(record, C_N));
  const region = tile / channelTiles;
  const x0 = (region % columnTiles) * bandColumns;
  const y0 = ((region / columnTiles) % rowTiles) * bandRows;
  const picture = region / columnTiles / rowTiles;
  const columns = least(bandColumns, width - x0),
    rows = least(bandRows, height - y0);

  // A pixel before the first and one after the last of each row, a row above and one below.
  const sixes = (columns + 2 + ROWS - 1) / ROWS;
  const rowNotes = SIX_NOTES * <usize>sixes;
  const passNotes = rowNotes * <usize>(rows + 2);
  const passes = address(record, C_REST) ? 2 : 1;
  for (let r = 0; r < rows + 2; r++) {
    const to = scratch + NOTES + rowNotes * <usize>r;
    const index = (picture * height + y0 - 1 + r) * width;
    const inside = <u32>(y0 - 1 + r) < <u32>height;
    noteLine(record, index, inside, x0 - 1, sixes, address(record, C_INPUT), address(record, C_PARAMS), to);
    if (passes === 2)
      noteLine(
        record,
        index,
        inside,
        x0 - 1,
        sixes,
        address(record, C_REST),
        address(record, C_REST_PARAMS),
        to + passNotes,
      );
  }

  const steps = word(record, C_STEPS);
  const tapBytes = (<usize>steps) << (5 + NUMBER_SHIFT);
  const products = scratch + NOTES + passNotes * <usize>passes;
  const apart = TOTAL * <usize>(sixes * ROWS);
  const pairBytes = TOTAL * <usize>(2 * columns);
  const above = products + apart * <usize>TAPS;
  const begun = above + pairBytes;
  const totals = begun + pairBytes;
  const widened = totals + pairBytes;
  for (let n = n0; n < n1; n += LANES) {
    let weights = address(record, C_WEIGHTS) + <usize>((n >> 3) * TAPS) * ((<usize>steps) << 5);
    if (!RELAXED) {
      widen(weights, ((<usize>steps) << 5) * <usize>TAPS, widened);
      weights = widened;
    }
    const sums = address(record, C_SUMS) + ((<usize>((n >> 3) * TAPS)) << 5);
    for (let r = 0; r < rows + 2; r++) {
      const first = r > rows ? 6 : 0,
        end = r === 0 ? 3 : TAPS;
      const notes = scratch + NOTES + rowNotes * <usize>r;
      for (let tap = first; tap < end; tap++) {
        const from = weights + tapBytes * <usize>tap,
          tapSums = sums + ((<usize>tap) << 5),
          to = products + apart * <usize>tap;
        tapOfRow(from, tapSums, steps, notes, sixes, scratch + SUMS, to, false);
        if (passes === 2) tapOfRow(from, tapSums, steps, notes + passNotes, sixes, scratch + SUMS, to, true);
      }
      const y = y0 - 1 + r;
      if (r > 1) {
        addRows(begun, products, apart, 2, columns, totals);
        finishRow(record, picture, 2 * y - 1, x0, columns, n, totals);
      }
      if (r > 0 && r <= rows) {
        addRows(above, products, apart, 1, columns, totals);
        addRows(totals, products, apart, 2, columns, totals);
        finishRow(record, picture, 2 * y, x0, columns, n, totals);
      }
      if (r > rows) continue;
      addRows(0, products, apart, 0, columns, above);
      if (r > 0) addRows(above, products, apart, 1, columns, begun);
    }
  }
}

/** A tap's products with a row of pixels, eight outputs of each to `to`; `more`: on top of what is there. */
function tapOfRow(
  weights: usize,
  sums: usize,
  steps: i32,
  notes: usize,
  sixes: i32,
  scratch: usize,
  to: usize,
  more: bool,
): void {
  for (let six = 0; six < sixes; six++) {
    dotIntegers(
      weights,
      steps,
      scratch,
      load<usize>(notes),
      load<usize>(notes, 4),
      load<usize>(notes, 8),
      load<usize>(notes, 12),
      load<usize>(notes, 16),
      load<usize>(notes, 20),
    );
    scaled(scratch, notes, sums, to, more);
    notes += SIX_NOTES;
    to += TOTAL * <usize>ROWS;
  }
}

/** To the pairs of totals of a row at `from`, or to nothing, what row `dy` of the kernel makes of the row of pixels that products are of. */
function addRows(from: usize, products: usize, apart: usize, dy: i32, columns: i32, to: usize): void {
  let left = products + apart * <usize>(3 * dy);
  for (let x = 0; x < columns; x++) {
    const middle = left + apart + TOTAL,
      right = middle + apart;
    for (let half: usize = 0; half < TOTAL; half += 16) {
      const own = v128.load(middle + half);
      let even = f32x4.add(f32x4.add(v128.load(left + half), own), v128.load(right + half));
      let odd = f32x4.add(f32x4.add(v128.load(left + half, TOTAL), own), v128.load(right + half, TOTAL));
      if (from) {
        even = f32x4.add(v128.load(from + half), even);
        odd = f32x4.add(v128.load(from + half, TOTAL), odd);
      }
      v128.store(to + half, even);
      v128.store(to + half, odd, TOTAL);
    }
    left += TOTAL;
    to += 2 * TOTAL;
    if (from) from += 2 * TOTAL;
  }
}

function finishRow(record: usize, picture: i32, y: i32, x0: i32, columns: i32, n: i32, totals: usize): void {
  const width = 2 * word(record, C_IN_WIDTH),
    height = 2 * word(record, C_IN_HEIGHT);
  finish(record, (picture * height + y) * width + 2 * x0, 2 * columns, n, totals, true);
}
