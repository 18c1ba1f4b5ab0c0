/**
 * The moments of each group of channels, in two records: every part of the rows for itself, shifted by its first row so
 * that a large mean costs no digits; then all parts put together in float64 (Chan, Golub and LeVeque, 1983, eq. 2.1), in an
 * order that does not depend on threads.
 */
import {
  G_AFFINE,
  G_BIAS,
  G_EPSILON,
  G_GROUPS,
  G_MOMENTS,
  G_PART_ROWS,
  G_PARTS,
  G_PICTURE_ROWS,
  G_WEIGHT,
  R_A,
  R_A_CHANNELS,
  R_A_STRIDE,
  R_B,
  R_B_CHANNELS,
  R_B_STRIDE,
} from '../layout';
import { address, least, real, word } from './words';

/** One part of one picture. Scratch holds two float32 for each channel. */
export function momentsTile(record: usize, tile: i32, scratch: usize): void {
  const parts = word(record, G_PARTS);
  const rows = word(record, G_PICTURE_ROWS);
  const begin = (tile % parts) * word(record, G_PART_ROWS);
  const count = least(begin + word(record, G_PART_ROWS), rows) - begin;
  const first = (tile / parts) * rows + begin;
  const wide = word(record, R_A_CHANNELS);
  const channels = wide + (address(record, R_B) ? word(record, R_B_CHANNELS) : 0);
  sumRows(address(record, R_A), address(record, R_A_STRIDE), wide, first, count, scratch, (<usize>channels) << 2);
  if (address(record, R_B)) {
    const to = scratch + ((<usize>wide) << 2);
    const stride = address(record, R_B_STRIDE);
    sumRows(address(record, R_B), stride, word(record, R_B_CHANNELS), first, count, to, (<usize>channels) << 2);
  }
  const groups = word(record, G_GROUPS);
  const each = channels / groups;
  let to = address(record, G_MOMENTS) + ((<usize>(tile * groups)) << 4);
  for (let g = 0; g < groups; g++) {
    let mean: f64 = 0,
      squares: f64 = 0;
    for (let c = 0; c < each; c++) {
      const channel = g * each + c;
      const at = scratch + ((<usize>channel) << 2);
      const sum = <f64>load<f32>(at);
      const shift = <f64>firstOf(record, first, channel, wide);
      const own = sum / count;
      const delta = shift + own - mean;
      mean += delta / (c + 1);
      squares += <f64>load<f32>(at + ((<usize>channels) << 2)) - sum * own + (delta * delta * count * c) / (c + 1);
    }
    store<f64>(to, mean);
    store<f64>(to, squares, 8);
    to += 16;
  }
}

function firstOf(record: usize, row: i32, channel: i32, wide: i32): f32 {
  return channel < wide
    ? load<f32>(address(record, R_A) + ((address(record, R_A_STRIDE) * row + channel) << 2))
    : load<f32>(address(record, R_B) + ((address(record, R_B_STRIDE) * row + (channel - wide)) << 2));
}

/** For each channel the sum of what it is more than in the first row, and, `apart` bytes on, of its squares. */
function sumRows(x: usize, stride: usize, channels: i32, first: i32, count: i32, to: usize, apart: usize): void {
  const base = x + ((stride * first) << 2);
  for (let i: usize = 0; i < (<usize>channels) << 2; i += 32) {
    // 8 channels, or the last 4 of a number that is not a multiple.
    const pair = i + 16 < (<usize>channels) << 2;
    const second: usize = pair ? 16 : 0;
    const shift0 = v128.load(base + i),
      shift1 = v128.load(base + i + second);
    let sum0 = f32x4.splat(0),
      sum1 = f32x4.splat(0),
      squares0 = f32x4.splat(0),
      squares1 = f32x4.splat(0);
    let at = base + i;
    for (let row = 0; row < count; row++) {
      const d0 = f32x4.sub(v128.load(at), shift0);
      const d1 = f32x4.sub(v128.load(at + second), shift1);
      sum0 = f32x4.add(sum0, d0);
      sum1 = f32x4.add(sum1, d1);
      squares0 = f32x4.add(squares0, f32x4.mul(d0, d0));
      squares1 = f32x4.add(squares1, f32x4.mul(d1, d1));
      at += stride << 2;
    }
    v128.store(to + i, sum0);
    v128.store(to + i + second, sum1);
    v128.store(to + apart + i, squares0);
    v128.store(to + apart + i + second, squares1);
  }
}

/** One picture: for each channel what makes the group's mean 0 and its variance 1, then weight and bias. */
export function affineTile(record: usize, picture: i32): bool {
  const parts = word(record, G_PARTS),
    groups = word(record, G_GROUPS);
  const rows = word(record, G_PICTURE_ROWS);
  const channels = word(record, R_A_CHANNELS) + (address(record, R_B) ? word(record, R_B_CHANNELS) : 0);
  const each = channels / groups;
  const to = address(record, G_AFFINE) + (((<usize>(picture * channels)) << 2) << 1);
  let finite = true;
  for (let g = 0; g < groups; g++) {
    let mean: f64 = 0,
      squares: f64 = 0,
      count: f64 = 0;
    for (let part = 0; part < parts; part++) {
      const at = address(record, G_MOMENTS) + ((<usize>((picture * parts + part) * groups + g)) << 4);
      const begin = part * word(record, G_PART_ROWS);
      const more = <f64>((least(begin + word(record, G_PART_ROWS), rows) - begin) * each);
      const delta = load<f64>(at) - mean;
      mean += (delta * more) / (count + more);
      squares += load<f64>(at, 8) + (delta * delta * count * more) / (count + more);
      count += more;
    }
    const inverse = 1 / sqrt<f64>(squares / count + <f64>real(record, G_EPSILON));
    finite = finite && inverse > 0 && inverse < Infinity;
    for (let c = g * each; c < (g + 1) * each; c++) {
      const at = (<usize>c) << 2;
      const factor = inverse * <f64>load<f32>(address(record, G_WEIGHT) + at);
      store<f32>(to + at, <f32>factor);
      store<f32>(
        to + ((<usize>channels) << 2) + at,
        <f32>(<f64>load<f32>(address(record, G_BIAS) + at) - mean * factor),
      );
    }
  }
  return finite;
}
