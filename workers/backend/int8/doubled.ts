/** 3×3 convolutions of a picture seen twice as high and wide, from a quarter of the products (kernels/assembly/doubled.ts). */
import {
  C_IN_HEIGHT,
  C_IN_WIDTH,
  C_TILE_CHANNELS,
  C_TILE_COLUMNS,
  C_TILE_ROWS,
  C_ZERO_ROW,
  CONV_DOUBLED,
} from '../../kernels/layout';
import type { Assembly } from './assembly';
import { type Instruction, place } from './instruction';
import type { Input, Product, Words } from './products';
import { CACHED_BYTES, tileOutputs } from './tiles';
import type { EngineValue } from './value';

export function convolvesDoubled(
  { shape, small }: EngineValue,
  { kernel, stride = 1, padding = 'same' }: Product,
): boolean {
  const [, , height, width] = shape;
  const doubled = small !== undefined && height === 2 * small.height && width === 2 * small.width;
  return doubled && kernel === 3 && stride === 1 && padding === 'same';
}

/** The convolution of `x`, whose rows are `input`, to `results` channels; `common` is what all products have. */
export function byPixels(
  assembly: Assembly,
  scope: string,
  x: EngineValue,
  results: number,
  input: Input,
  common: Words,
): Omit<Instruction, 'writes'> {
  const { height, width } = x.small!;
  const tile = tileOf(x.shape[0]!, height, width, input.stride, results);
  const pixels = 6 * Math.ceil((tile.columns + 2) / 6);
  return {
    ...{ opcode: CONV_DOUBLED, scope, reads: [...input.reads], tiles: tile.count },
    // Integer sums, notes, products of nine taps, three times two totals of a column, weights in sixteen bits.
    scratch: 192 + 16 * pixels * (tile.rows + 2) + 32 * (9 * pixels + 3 * 2 * tile.columns) + input.widened,
    words: {
      ...common,
      ...input.words,
      ...{ [C_IN_HEIGHT]: height, [C_IN_WIDTH]: width },
      [C_ZERO_ROW]: place(assembly.constants.zeros(8 + input.stride)),
      ...{ [C_TILE_ROWS]: tile.rows, [C_TILE_COLUMNS]: tile.columns, [C_TILE_CHANNELS]: tile.channels },
    },
  };
}

/** Most columns of a tile: two more are computed of each row, in sixes. */
const MOST_COLUMNS = 64;
/** Fewest rows of a tile: two thirds of a row's products more are made for each. */
const LEAST_ROWS = 4;

/** `height` × `width` cut evenly. */
function tileOf(batch: number, height: number, width: number, stride: number, results: number) {
  const across = Math.ceil(width / MOST_COLUMNS);
  const columns = Math.ceil(width / across);
  const most = Math.max(LEAST_ROWS, Math.floor(CACHED_BYTES / ((columns + 2) * stride)) - 2);
  const rows = Math.ceil(height / Math.ceil(height / most));
  const pieces = batch * Math.ceil(width / columns) * Math.ceil(height / rows);
  const channels = tileOutputs(pieces, results);
  return { columns, rows, channels, count: pieces * Math.ceil(results / channels) };
}
