/** Products whose outputs are values and gates, gated before anything is written. */
import {
  C_FACTOR,
  C_LEVELS,
  C_LOWEST,
  C_M,
  C_MORE_BIAS,
  C_N,
  C_OUTPUT,
  C_OUTPUT_PARAMS,
  C_OUTPUT_REST,
  C_OUTPUT_REST_PARAMS,
  C_OUTPUT_STRIDE,
  C_RELU,
  C_RESIDUAL,
  C_REST,
  C_SIDE,
  C_STEPS,
  C_SUMS_BYTES,
  C_TILE_CHANNELS,
  C_TILE_ROWS,
  CONV,
  CONV_GATED,
} from '../../kernels/layout';
import type { Assembly } from './assembly';
import { type Instruction, place } from './instruction';
import type { Range } from './numbers';
import { MOST_ROWS } from './products';
import type { Quantized } from './rows';
import { CACHED_BYTES, LEAST_TILES } from './tiles';
import type { EngineValue, Rows } from './value';

/** Fewest rows of a tile: all weights are read for each. */
const LEAST_ROWS = 24;

/** Has the product that nobody but this reads gate its own rows; nothing where `x` is no such product. */
export function gatedProduct(
  assembly: Assembly,
  { open, source, change, name }: EngineValue,
): { readonly rows: Rows; readonly instruction: Instruction } | undefined {
  const results = source.a.channels / 2;
  if (!open || change || !gates(open) || results % 8 !== 0) return undefined;
  const count = open.words[C_M] as number;
  const whole = wholeRows(count, results);
  const tileRows = whole ?? (open.words[C_TILE_ROWS] as number);
  const channels = whole ? results : 8 * Math.ceil((open.words[C_TILE_CHANNELS] as number) / 16);
  const rows = assembly.rows(name, count, results);
  const passes = open.words[C_REST] === undefined ? 1 : 2;
  const widened = assembly.numbers.bytes === 2 ? 128 * (open.words[C_STEPS] as number) : 0;
  const instruction = assembly.replace(open, {
    ...open,
    ...{ opcode: CONV_GATED, writes: [rows.region], scratch: C_SUMS_BYTES + (32 + 8 * passes) * tileRows + widened },
    tiles: Math.ceil(count / tileRows) * Math.ceil(results / channels),
    words: {
      ...open.words,
      ...{ [C_N]: results, [C_OUTPUT]: place(rows.region), [C_OUTPUT_STRIDE]: results },
      ...{ [C_TILE_ROWS]: tileRows, [C_TILE_CHANNELS]: channels },
    },
  });
  return { rows, instruction };
}

/** Has a gated product write the integers that its only reader wants; returns whether it can: where tiles have whole rows. */
export function leaveIntegers(
  assembly: Assembly,
  instruction: Instruction,
  { numbers, params, rest, stride }: Quantized,
  { levels, lowest }: Range,
): boolean {
  const { words, scratch } = instruction;
  const results = words[C_N] as number;
  if (words[C_TILE_CHANNELS] !== results) return false;
  assembly.replace(instruction, {
    ...instruction,
    writes: [numbers, params, ...(rest ? [rest.numbers, rest.params] : [])],
    scratch: scratch + 4 * (words[C_TILE_ROWS] as number) * results,
    words: {
      ...words,
      ...{ [C_OUTPUT]: place(numbers), [C_OUTPUT_STRIDE]: stride, [C_OUTPUT_PARAMS]: place(params) },
      ...(rest ? { [C_OUTPUT_REST]: place(rest.numbers), [C_OUTPUT_REST_PARAMS]: place(rest.params) } : {}),
      ...{ [C_LEVELS]: levels, [C_LOWEST]: lowest },
    },
  });
  return true;
}

/** A linear layer of integers to which nothing has been added. */
function gates({ opcode, words }: Instruction): boolean {
  const added = [C_RESIDUAL, C_MORE_BIAS, C_RELU].some((index) => words[index] !== undefined);
  return opcode === CONV && words[C_SIDE] === 1 && !added && (words[C_FACTOR] as { float: number }).float === 1;
}

/** Of how many whole rows tiles may be; nothing where that is too few. */
function wholeRows(count: number, results: number): number | undefined {
  const most = Math.min(MOST_ROWS, CACHED_BYTES / (4 * results), count / LEAST_TILES);
  const rows = 6 * Math.floor(most / 6);
  return rows >= LEAST_ROWS ? rows : undefined;
}
