/** Pictures of half the height and width. */
import { H_CHANNELS, H_HEIGHT, H_OUTPUT, H_ROWS, H_WIDTH, HALVED } from '../../kernels/layout';
import type { Assembly } from './assembly';
import { place } from './instruction';
import { makerOf, type Rows } from './value';

export function halved(assembly: Assembly, x: Rows, [batch, , height, width]: readonly number[]): Rows {
  assembly.inFours(makerOf(x), x.channels);
  const lines = batch! * Math.ceil(height! / 2);
  const rows = assembly.rows(makerOf(x), lines * Math.ceil(width! / 2), x.channels);
  assembly.push({
    ...{ opcode: HALVED, scope: makerOf(x), tiles: lines, scratch: 0, reads: [x.region], writes: [rows.region] },
    words: {
      ...{ [H_ROWS]: place(x.region), [H_CHANNELS]: x.channels, [H_HEIGHT]: height!, [H_WIDTH]: width! },
      [H_OUTPUT]: place(rows.region),
    },
  });
  return rows;
}
