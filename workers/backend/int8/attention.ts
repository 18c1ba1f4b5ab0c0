/** Attention: keys and values are laid out for the kernel first, which for those of the prompt is done once. */
import type { Attention } from '../../../models/graph/layers';
import {
  A_BATCH,
  A_CAUSAL,
  A_FACTOR,
  A_HEADS,
  A_K,
  A_K_STRIDE,
  A_KEYS,
  A_OUTPUT,
  A_OUTPUT_STRIDE,
  A_PACKED_KEYS,
  A_PACKED_VALUES,
  A_Q,
  A_Q_STRIDE,
  A_QUERIES,
  A_TILE_KEYS,
  A_TILE_QUERIES,
  A_V,
  A_V_STRIDE,
  A_WIDTH,
  ATTENTION,
  PACK_HEADS,
} from '../../kernels/layout';
import type { Assembly } from './assembly';
import type { Region } from './instruction';
import type { Rows } from './value';

const TILE_QUERIES = 48;
/** Keys that are looked at at once. */
const BLOCK = 64;

export function attention(
  assembly: Assembly,
  [q, k, v]: readonly [Rows, Rows, Rows],
  batch: number,
  { heads, causal = false }: Attention,
): Rows {
  const width = q.channels / heads;
  const keys = k.rows / batch;
  const queries = q.rows / batch;
  const panels = Math.ceil(width / 8);
  const packedKeys = assembly.region('packed keys', 32 * batch * heads * Math.ceil(keys / 8) * width);
  const packedValues = assembly.region('packed values', 32 * batch * heads * panels * keys);
  const rows = assembly.rows('attention', q.rows, q.channels);
  const place = (region: Region) => ({ region, offset: 0 });
  const shape = {
    ...{ [A_BATCH]: batch, [A_HEADS]: heads, [A_WIDTH]: width, [A_QUERIES]: queries, [A_KEYS]: keys },
    ...{ [A_PACKED_KEYS]: place(packedKeys), [A_PACKED_VALUES]: place(packedValues) },
  };
  assembly.push({
    ...{ opcode: PACK_HEADS, scope: 'attention', tiles: batch * heads, scratch: 0 },
    reads: [k.region, v.region],
    writes: [packedKeys, packedValues],
    words: {
      ...shape,
      ...{ [A_K]: place(k.region), [A_K_STRIDE]: k.channels, [A_V]: place(v.region), [A_V_STRIDE]: v.channels },
    },
  });
  assembly.push({
    ...{ opcode: ATTENTION, scope: 'attention', tiles: batch * heads * Math.ceil(queries / TILE_QUERIES) },
    reads: [q.region, packedKeys, packedValues],
    writes: [rows.region],
    scratch: 256 + 24 * BLOCK + 192 * panels + 64,
    words: {
      ...shape,
      ...{
        [A_Q]: place(q.region),
        [A_Q_STRIDE]: q.channels,
        [A_OUTPUT]: place(rows.region),
        [A_OUTPUT_STRIDE]: q.channels,
      },
      ...{ [A_CAUSAL]: causal ? 1 : 0, [A_TILE_QUERIES]: TILE_QUERIES, [A_TILE_KEYS]: BLOCK },
      [A_FACTOR]: { float: 1 / Math.sqrt(width) },
    },
  });
  return rows;
}
