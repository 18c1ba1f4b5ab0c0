/** What FreeU does to pictures (models/graph/freeu.ts), over their rows. */
import { lowestFrequencies } from '../../../models/graph/freeu';
import { pictureShape, type Value } from '../../../models/graph/layers';
import {
  AFFINE,
  L_BASIS,
  L_COUNT,
  L_FACTOR,
  L_OUTPUT,
  L_OUTPUT_STRIDE,
  L_PICTURE_ROWS,
  LOWEST,
  R_A,
  R_A_CHANNELS,
  R_A_STRIDE,
} from '../../kernels/layout';
import type { Assembly } from './assembly';
import { place } from './instruction';
import { changedRows } from './rows';
import { makerOf, type Rows } from './value';

/** The first `channels` of `rows`, which are those of the picture `x`, times `factor`. */
export function scaleFirst(assembly: Assembly, x: Value, rows: Rows, channels: number, factor: number): Rows {
  const [pictures] = pictureShape(x);
  const affine = Float32Array.from({ length: 2 * pictures * rows.channels }, (_, i) => {
    const at = i % (2 * rows.channels);
    return at < channels ? factor : at < rows.channels ? 1 : 0;
  });
  const name = `first ${channels} of ${rows.channels} by ${factor} × ${pictures}`;
  const change = { transform: AFFINE, affine: assembly.constants.numbers(name, affine) };
  return changedRows(assembly, makerOf(rows), { a: rows }, change, { pictures }).rows;
}

/** Channels of a tile: as many as one instruction takes. */
const TOGETHER = 4;

/** The lowest frequencies of each channel times `factor`. */
export function scaleLowest(assembly: Assembly, x: Value, rows: Rows, factor: number): Rows {
  const [pictures, channels, height, width] = pictureShape(x);
  assembly.inFours(makerOf(rows), channels);
  const functions = lowestFrequencies(height, width);
  const basis = new Float32Array(functions.length * height * width);
  for (const [i, each] of functions.entries()) basis.set(each, i * height * width);
  const constant = assembly.constants.numbers(`lowest ${height}x${width}`, basis);
  const made = assembly.rows(makerOf(rows), rows.rows, channels);
  assembly.push({
    ...{ opcode: LOWEST, scope: makerOf(rows), tiles: (pictures * channels) / TOGETHER, scratch: 0 },
    ...{ reads: [rows.region, constant], writes: [made.region] },
    words: {
      ...{ [R_A]: place(rows.region), [R_A_STRIDE]: rows.channels, [R_A_CHANNELS]: channels },
      ...{ [L_PICTURE_ROWS]: height * width, [L_BASIS]: place(constant), [L_COUNT]: functions.length },
      ...{ [L_FACTOR]: { float: (factor - 1) / (height * width) } },
      ...{ [L_OUTPUT]: place(made.region), [L_OUTPUT_STRIDE]: channels },
    },
  });
  return made;
}
