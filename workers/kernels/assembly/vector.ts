/** A single row, such as the time embedding, in float32: eight outputs at a time. */
import {
  C_BIAS,
  C_INPUT,
  C_INPUT_STRIDE,
  C_M,
  C_N,
  C_OUTPUT,
  C_OUTPUT_STRIDE,
  C_SCALES,
  C_STEPS,
  C_TILE_CHANNELS,
  C_WEIGHTS,
} from '../layout';
import { RELAXED } from './dot';
import { rowIsFinite } from './quantize';
import { sum4 } from './real';
import { address, least, word } from './words';

/** Returns whether all numbers were finite. */
export function vectorTile(record: usize, tile: i32): bool {
  const begin = tile * word(record, C_TILE_CHANNELS);
  const end = least(begin + word(record, C_TILE_CHANNELS), word(record, C_N));
  const steps = word(record, C_STEPS);
  let finite = true;
  for (let m = 0; m < word(record, C_M); m++) {
    const x = address(record, C_INPUT) + address(record, C_INPUT_STRIDE) * m;
    const y = address(record, C_OUTPUT) + ((address(record, C_OUTPUT_STRIDE) * m) << 2);
    for (let n = begin; n < end; n++) {
      let w = address(record, C_WEIGHTS) + ((<usize>((n >> 3) * steps)) << 5) + ((<usize>(n & 7)) << (RELAXED ? 2 : 1));
      let sum = f32x4.splat(0);
      for (let k = 0; k < steps; k++) {
        const wide = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(fourOf(w)));
        sum = f32x4.add(sum, f32x4.mul(f32x4.convert_i32x4_s(wide), v128.load(x + ((<usize>k) << 4))));
        w += 32;
      }
      const at = (<usize>n) << 2;
      store<f32>(
        y + at,
        sum4(sum) * load<f32>(address(record, C_SCALES) + at) + load<f32>(address(record, C_BIAS) + at),
      );
    }
    finite = rowIsFinite(y + ((<usize>begin) << 2), (<usize>(end - begin)) << 2) && finite;
  }
  return finite;
}

/** Four weights of an output, in the lowest bytes: side by side, or two and two. */
function fourOf(w: usize): v128 {
  return RELAXED ? v128.load32_zero(w) : i32x4.splat(<i32>load<u16>(w) | ((<i32>load<u16>(w, 16)) << 16));
}
