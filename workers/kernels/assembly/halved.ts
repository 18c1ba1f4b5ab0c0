/** Means of two by two pixels, channels last. */
import { H_CHANNELS, H_HEIGHT, H_OUTPUT, H_ROWS, H_WIDTH } from '../layout';
import { address, least, word } from './words';

/** A row of pixels of the result, counted over all pictures. */
export function halvedTile(record: usize, tile: i32): void {
  const height = word(record, H_HEIGHT),
    width = word(record, H_WIDTH);
  const rows = (height + 1) >> 1,
    columns = (width + 1) >> 1;
  const bytes = (<usize>word(record, H_CHANNELS)) << 2;
  const y = (tile % rows) << 1;
  const first = (tile / rows) * height + y;
  const upper = address(record, H_ROWS) + bytes * (first * width);
  // At an odd end the same once more, whose mean it is.
  const lower = upper + bytes * (least(1, height - 1 - y) * width);
  let to = address(record, H_OUTPUT) + bytes * (tile * columns);
  const quarter = f32x4.splat(0.25);
  for (let x = 0; x < width; x += 2) {
    const left = bytes * x;
    const right = bytes * least(x + 1, width - 1);
    for (let c: usize = 0; c < bytes; c += 16) {
      const above = f32x4.add(v128.load(upper + left + c), v128.load(upper + right + c));
      const below = f32x4.add(v128.load(lower + left + c), v128.load(lower + right + c));
      v128.store(to + c, f32x4.mul(f32x4.add(above, below), quarter));
    }
    to += bytes;
  }
}
