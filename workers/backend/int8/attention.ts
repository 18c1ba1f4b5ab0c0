/** Attention: keys and values are laid out for the kernel first, which for those of the prompt is done once. */
import type { Attention } from '../../../models/graph/layers';
import {
  A_BLOCK_KEYS,
  A_CAUSAL,
  A_FACTOR,
  A_HEADS,
  A_K,
  A_K_STRIDE,
  A_KEYS,
  A_LARGEST_KEY,
  A_LARGEST_VALUE,
  A_LEVELS,
  A_LOWEST,
  A_OUTPUT,
  A_OUTPUT_STRIDE,
  A_PACKED_KEYS,
  A_PACKED_VALUES,
  A_Q,
  A_Q_STRIDE,
  A_QUERIES,
  A_SHARE_BITS,
  A_SHARE_LEVELS,
  A_SHARE_LOWEST,
  A_TILE_KEYS,
  A_TILE_QUERIES,
  A_V,
  A_V_STRIDE,
  A_WIDTH,
  ATTENTION,
  ATTENTION_INTEGERS,
  PACK_HEADS,
  PACK_HEADS_INTEGERS,
} from '../../kernels/layout';
import type { Assembly } from './assembly';
import { place } from './instruction';
import { layerOf, type Rows } from './value';

const TILE_QUERIES = 48;
/** Keys that are looked at at once. */
const BLOCK = 64;

export function attention(
  assembly: Assembly,
  [q, k, v]: readonly [Rows, Rows, Rows],
  batch: number,
  { heads, causal = false }: Attention,
): Rows {
  const scope = layerOf(q);
  const width = q.channels / heads;
  const keys = k.rows / batch;
  const queries = q.rows / batch;
  const { queries: range, shares, largestKey, largestValue } = assembly.numbers.attention(width, A_BLOCK_KEYS);
  // Of one head; in integers where that is good enough, which is not where rows are quantized with care.
  const inIntegers = !causal && width % 4 === 0 && !assembly.precise(scope);
  const form = inIntegers ? integersForm(assembly.numbers.bytes, width, keys) : floatForm(width, keys);
  const packedKeys = assembly.region('packed keys', batch * heads * form.keyBytes);
  const packedValues = assembly.region('packed values', batch * heads * form.valueBytes);
  const rows = assembly.rows(`${scope}.attention`, q.rows, q.channels);
  const shape = {
    ...{ [A_HEADS]: heads, [A_WIDTH]: width, [A_QUERIES]: queries, [A_KEYS]: keys },
    ...{ [A_PACKED_KEYS]: place(packedKeys), [A_PACKED_VALUES]: place(packedValues) },
    ...{ [A_LARGEST_KEY]: largestKey, [A_LARGEST_VALUE]: largestValue },
  };
  assembly.push({
    ...{ opcode: form.pack, scope, tiles: batch * heads * form.parts, scratch: 0 },
    reads: [k.region, v.region],
    writes: [packedKeys, packedValues],
    words: {
      ...shape,
      ...{ [A_K]: place(k.region), [A_K_STRIDE]: k.channels, [A_V]: place(v.region), [A_V_STRIDE]: v.channels },
    },
  });
  assembly.push({
    ...{ opcode: form.attend, scope, tiles: batch * heads * Math.ceil(queries / TILE_QUERIES) },
    reads: [q.region, packedKeys, packedValues],
    writes: [rows.region],
    scratch: form.scratch,
    words: {
      ...shape,
      ...{
        [A_Q]: place(q.region),
        [A_Q_STRIDE]: q.channels,
        [A_OUTPUT]: place(rows.region),
        [A_OUTPUT_STRIDE]: q.channels,
      },
      ...{ [A_CAUSAL]: causal ? 1 : 0, [A_TILE_QUERIES]: TILE_QUERIES, [A_TILE_KEYS]: BLOCK },
      ...{ [A_LEVELS]: range.levels, [A_LOWEST]: range.lowest },
      ...{ [A_SHARE_LEVELS]: shares.levels, [A_SHARE_LOWEST]: shares.lowest },
      [A_SHARE_BITS]: { float: Math.log2(shares.levels) },
      [A_FACTOR]: { float: 1 / Math.sqrt(width) },
    },
  });
  return rows;
}

/** How a head's keys and values are laid out, what does so in how many parts, and what computes with them. */
interface Form {
  readonly pack: number;
  readonly attend: number;
  readonly parts: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly scratch: number;
}

function floatForm(width: number, keys: number): Form {
  const panels = Math.ceil(width / 8);
  return {
    ...{ pack: PACK_HEADS, attend: ATTENTION, parts: 1 },
    ...{ keyBytes: 32 * Math.ceil(keys / 8) * width, valueBytes: 32 * panels * keys },
    scratch: 256 + 24 * BLOCK + 192 * panels + 64,
  };
}

function integersForm(numberBytes: number, width: number, keys: number): Form {
  const panels = Math.ceil(width / 8);
  const parts = Math.ceil(keys / A_BLOCK_KEYS);
  return {
    ...{ pack: PACK_HEADS_INTEGERS, attend: ATTENTION_INTEGERS, parts },
    keyBytes: ((parts * A_BLOCK_KEYS) / 8) * (8 * numberBytes * width + 64),
    valueBytes: parts * panels * (8 * numberBytes * A_BLOCK_KEYS + 64),
    scratch:
      192 +
      (4 + 6 * numberBytes) * A_BLOCK_KEYS +
      24 * Math.max(A_BLOCK_KEYS, 8 * panels) +
      96 * numberBytes * Math.ceil(width / 16) +
      192 * panels +
      128,
  };
}
