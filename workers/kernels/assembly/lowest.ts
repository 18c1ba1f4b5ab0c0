/** A few functions of a picture's rows taken out of each channel, and put back scaled: FreeU's filter. */
import {
  L_BASIS,
  L_COUNT,
  L_FACTOR,
  L_OUTPUT,
  L_OUTPUT_STRIDE,
  L_PICTURE_ROWS,
  R_A,
  R_A_CHANNELS,
  R_A_STRIDE,
} from '../layout';
import { address, real, word } from './words';

/** Four channels of one picture. */
export function lowestTile(record: usize, tile: i32): void {
  const groups = word(record, R_A_CHANNELS) >> 2;
  const rows = word(record, L_PICTURE_ROWS);
  const first = (tile / groups) * rows;
  const column = (<usize>(tile % groups)) << 4;
  const stride = address(record, R_A_STRIDE) << 2;
  const wide = address(record, L_OUTPUT_STRIDE) << 2;
  const from = address(record, R_A) + stride * first + column;
  const to = address(record, L_OUTPUT) + wide * first + column;
  for (let row = 0; row < rows; row++) v128.store(to + wide * row, v128.load(from + stride * row));
  const factor = real(record, L_FACTOR);
  for (let k = 0; k < word(record, L_COUNT); k++) {
    const basis = address(record, L_BASIS) + ((<usize>(k * rows)) << 2);
    let sum = f32x4.splat(0);
    for (let row = 0; row < rows; row++) {
      const at = basis + ((<usize>row) << 2);
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(at), v128.load(from + stride * row)));
    }
    sum = f32x4.mul(sum, f32x4.splat(factor));
    for (let row = 0; row < rows; row++) {
      const at = basis + ((<usize>row) << 2);
      const place = to + wide * row;
      v128.store(place, f32x4.add(v128.load(place), f32x4.mul(v128.load32_splat(at), sum)));
    }
  }
}
