/**
 * Where the rows lie that a tile multiplies, noted before it does, so that padding, strides and enlarging cost the inner loops
 * nothing; outside of the picture that is a row of zeros whose scale is zero.
 */

import {
  C_HEIGHT,
  C_IN_HEIGHT,
  C_IN_WIDTH,
  C_INPUT,
  C_INPUT_STRIDE,
  C_PADDING,
  C_PARAMS,
  C_REST,
  C_REST_PARAMS,
  C_SEEN_HEIGHT,
  C_SEEN_WIDTH,
  C_SIDE,
  C_STRIDE,
  C_WIDTH,
  C_ZERO_ROW,
} from '../layout';
import { address, least, word } from './words';

/** Rows of a step of the innermost loop. */
export const ROWS: i32 = 6;
/** Bytes of what is noted of a row: where it is, and where its scale; and of six: their six addresses, then the six of their scales. */
export const NOTE: usize = 8;
export const SIX_NOTES: usize = NOTE * ROWS;

/** One of six: row `index` of `input`, `stride` bytes from one to the next, and its params; or where it is not `inside` the row of zeros. */
// inline
function noteRow(at: usize, inside: bool, index: i32, input: usize, stride: usize, params: usize, zero: usize): void {
  store<usize>(at, inside ? input + stride * index : zero + 8);
  store<usize>(at, inside ? params + ((<usize>index) << 3) : zero, 24);
}

/** As `noteTaps`, `noted` bytes of each six, of the input and, in the second of two `passes`, of what rounding left of it. */
export function noteInputs(record: usize, m0: i32, m1: i32, to: usize, noted: usize, passes: usize): void {
  const apart = noted * passes;
  noteTaps(record, m0, m1, address(record, C_INPUT), address(record, C_PARAMS), to, apart);
  if (passes === 2)
    noteTaps(record, m0, m1, address(record, C_REST), address(record, C_REST_PARAMS), to + noted, apart);
}

/** Of rows of output in sixes, `apart` bytes from one six to the next, the inputs; within six rows tap by tap. */
function noteTaps(record: usize, m0: i32, m1: i32, input: usize, params: usize, to: usize, apart: usize): void {
  const side = word(record, C_SIDE);
  const stride = address(record, C_INPUT_STRIDE);
  const whole = side === 1 && word(record, C_STRIDE) === 1;
  const zero = address(record, C_ZERO_ROW);
  const height = word(record, C_HEIGHT),
    width = word(record, C_WIDTH);
  const inHeight = word(record, C_IN_HEIGHT),
    inWidth = word(record, C_IN_WIDTH);
  const seenHeight = word(record, C_SEEN_HEIGHT),
    seenWidth = word(record, C_SEEN_WIDTH);
  const last = m1 - 1;
  for (let m = m0; m < m1; m += ROWS) {
    for (let i = 0; i < ROWS; i++) {
      const row = least(m + i, last);
      let at = to + ((<usize>i) << 2);
      if (whole) {
        noteRow(at, true, row, input, stride, params, zero);
        continue;
      }
      const picture = row / (height * width);
      const pixel = row - picture * height * width;
      const y = (pixel / width) * word(record, C_STRIDE) - word(record, C_PADDING);
      const x = (pixel % width) * word(record, C_STRIDE) - word(record, C_PADDING);
      for (let dy = 0; dy < side; dy++)
        for (let dx = 0; dx < side; dx++) {
          const sy = y + dy,
            sx = x + dx;
          const inside = <u32>sy < <u32>seenHeight && <u32>sx < <u32>seenWidth;
          const iy = seenHeight === inHeight ? sy : (sy * inHeight) / seenHeight;
          const ix = seenWidth === inWidth ? sx : (sx * inWidth) / seenWidth;
          noteRow(at, inside, (picture * inHeight + iy) * inWidth + ix, input, stride, params, zero);
          at += SIX_NOTES;
        }
    }
    to += apart;
  }
}

/** Of a row of pixels, the first of which is number `index`, from column `x` on, in sixes; `inside`: the row is of the picture. */
export function noteLine(
  record: usize,
  index: i32,
  inside: bool,
  x: i32,
  sixes: i32,
  input: usize,
  params: usize,
  to: usize,
): void {
  const stride = address(record, C_INPUT_STRIDE);
  const zero = address(record, C_ZERO_ROW);
  const width = word(record, C_IN_WIDTH);
  for (let six = 0; six < sixes; six++) {
    for (let i = 0; i < ROWS; i++) {
      const column = x + six * ROWS + i;
      const there = inside && <u32>column < <u32>width;
      noteRow(to + ((<usize>i) << 2), there, index + column, input, stride, params, zero);
    }
    to += SIX_NOTES;
  }
}
