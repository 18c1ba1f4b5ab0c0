/** Nearest-neighbor enlargement: row y comes from row floor(y · from / to). The numbers stay what they are. */
import { pictureShape, type Value } from '../layers';
import type { Drawing } from './drawing';

export function upsampleTo(draw: Drawing, x: Value, height: number, width: number): Value {
  const [batch, channels, fromHeight, fromWidth] = pictureShape(x);
  const shape = [batch, channels, height, width];
  if (height === 2 * fromHeight && width === 2 * fromWidth) {
    const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    return draw.move('Resize', [x, { kind: 'absent' }, { kind: 'floats', values: [1, 1, 2, 2] }], shape, attributes);
  }
  // Gather with the indices written out: `Resize` would leave their rounding to float arithmetic.
  const wide = [batch, channels, fromHeight, width];
  const columns = draw.move('Gather', [x, { kind: 'integers', values: sources(fromWidth, width) }], wide, { axis: 3 });
  return draw.move('Gather', [columns, { kind: 'integers', values: sources(fromHeight, height) }], shape, { axis: 2 });
}

const sources = (from: number, to: number): number[] =>
  Array.from({ length: to }, (_, i) => Math.floor((i * from) / to));
