/** Convolutions and linear layers. */
import type { Convolution } from '../../../models/graph/layers';
import {
  C_BIAS,
  C_FACTOR,
  C_HEIGHT,
  C_IN_HEIGHT,
  C_IN_WIDTH,
  C_INPUT,
  C_INPUT_STRIDE,
  C_M,
  C_N,
  C_OUTPUT,
  C_OUTPUT_STRIDE,
  C_PADDING,
  C_PARAMS,
  C_REST,
  C_REST_PARAMS,
  C_SCALES,
  C_SEEN_HEIGHT,
  C_SEEN_WIDTH,
  C_SIDE,
  C_STEPS,
  C_STRIDE,
  C_SUMS,
  C_SUMS_BYTES,
  C_TILE_CHANNELS,
  C_TILE_ROWS,
  C_WEIGHTS,
  C_WIDTH,
  C_ZERO_ROW,
  CONV,
  CONV_F32,
  VECTOR,
} from '../../kernels/layout';
import type { Assembly } from './assembly';
import { byPixels, convolvesDoubled } from './doubled';
import { type Instruction, place, type Region, type Word } from './instruction';
import { quantized, written } from './rows';
import { tileOutputs } from './tiles';
import type { EngineValue, Rows } from './value';
import { byPatches, convolvesByPatches } from './winograd';

export type Product = Convolution & { readonly bias?: boolean };

/** `x` times the weights of `scope`. `wide`: in float32, weights and all. `open` where it can take in a sum. */
export function product(
  assembly: Assembly,
  scope: string,
  x: EngineValue,
  shape: readonly number[],
  how: Product,
  wide: boolean,
): { readonly rows: Rows; readonly open?: Instruction } {
  const results = how.channels;
  const count = shape.reduce((all, size) => all * size, 1) / results;
  const rows = assembly.rows(scope, count, results);
  const bias = assembly.constants.bias(scope, results, how.bias ?? true);
  const common = {
    ...{ [C_BIAS]: place(bias), [C_OUTPUT]: place(rows.region), [C_OUTPUT_STRIDE]: results },
    ...{ [C_M]: count, [C_N]: results, [C_FACTOR]: { float: 1 } },
  };
  // Of what has neither pixels nor tokens: how a picture's only pixel is computed must not depend on how many share the call.
  const alone = count === 1 && shape.length === 2 && !wide;
  const instruction = alone
    ? vector(assembly, scope, x, results, common)
    : (sparing(assembly, scope, x, shape, how, wide, common) ?? matrix(assembly, scope, x, shape, how, wide, common));
  const pushed = assembly.push({ ...instruction, writes: [rows.region] });
  return { rows, ...(alone ? {} : { open: pushed }) };
}

export type Words = Readonly<Record<number, Word>>;
type Unwritten = Omit<Instruction, 'writes'>;

/** A convolution that makes do with fewer products than its definition has, if there is a way. */
function sparing(
  assembly: Assembly,
  scope: string,
  x: EngineValue,
  shape: readonly number[],
  how: Product,
  wide: boolean,
  common: Words,
): Unwritten | undefined {
  if (wide || shape.length !== 4) return undefined;
  if (convolvesDoubled(x, how)) {
    const input = integers(assembly, scope, x, 9, how.channels);
    return byPixels(assembly, scope, x, how.channels, input, common);
  }
  return convolvesByPatches(assembly, x, how) ? byPatches(assembly, scope, x, shape, common) : undefined;
}

/** One row: what is computed so seldom is not rounded. */
function vector(assembly: Assembly, scope: string, x: EngineValue, results: number, common: Words): Unwritten {
  const from = written(assembly, x);
  assembly.inFours(scope, from.channels);
  const weights = assembly.constants.integers(scope, 1, from.channels, results);
  const channels = 64;
  return {
    ...{ opcode: VECTOR, scope, tiles: Math.ceil(results / channels), reads: [from.region], scratch: 0 },
    words: {
      ...common,
      ...{
        [C_INPUT]: place(from.region),
        [C_INPUT_STRIDE]: 4 * from.channels,
        [C_STEPS]: Math.ceil(from.channels / 4),
      },
      ...{ [C_WEIGHTS]: place(weights.values), [C_SCALES]: place(weights.scales), [C_TILE_CHANNELS]: channels },
    },
  };
}

function matrix(
  assembly: Assembly,
  scope: string,
  x: EngineValue,
  shape: readonly number[],
  { kernel, stride = 1, padding = 'same', channels: results }: Product,
  wide: boolean,
  common: Words,
): Unwritten {
  const taps = kernel * kernel;
  const count = common[C_M] as number;
  const input = wide ? floats(assembly, scope, x, taps, results) : integers(assembly, scope, x, taps, results);
  const tile = tileOf(count, results);
  const picture = shape.length === 4;
  const [height, width] = picture ? shape.slice(2) : [1, count];
  const [seenHeight, seenWidth] = picture ? x.shape.slice(2) : [1, count];
  const { height: inHeight, width: inWidth } = x.small ?? { height: seenHeight, width: seenWidth };
  return {
    ...{ opcode: wide ? CONV_F32 : CONV, scope, reads: [...input.reads] },
    tiles: Math.ceil(count / tile.rows) * Math.ceil(results / tile.channels),
    scratch: C_SUMS_BYTES + 8 * tile.rows * taps * (wide ? 1 : 2) + input.widened,
    words: {
      ...common,
      ...input.words,
      ...{ [C_SIDE]: kernel, [C_STRIDE]: stride, [C_PADDING]: padding === 'same' ? kernel >> 1 : 0 },
      ...{ [C_HEIGHT]: height!, [C_WIDTH]: width!, [C_IN_HEIGHT]: inHeight!, [C_IN_WIDTH]: inWidth! },
      ...{ [C_SEEN_HEIGHT]: seenHeight!, [C_SEEN_WIDTH]: seenWidth! },
      ...{ [C_ZERO_ROW]: place(assembly.constants.zeros(8 + input.stride)) },
      ...{ [C_TILE_ROWS]: tile.rows, [C_TILE_CHANNELS]: tile.channels },
    },
  };
}

/** Quantized rows and the weights that they are multiplied with. */
export interface Input {
  readonly reads: readonly Region[];
  readonly stride: number;
  /** Bytes of the weights of eight outputs in sixteen bits, where that is what they are multiplied in. */
  readonly widened: number;
  readonly words: Words;
}

function integers(assembly: Assembly, scope: string, x: EngineValue, taps: number, results: number): Input {
  const from = quantized(assembly, scope, x);
  const channels = x.shape.length === 4 ? x.shape[1]! : x.shape.at(-1)!;
  const weights = assembly.constants.integers(scope, taps, channels, results);
  return {
    reads: [from.numbers, from.params, ...(from.rest ? [from.rest.numbers, from.rest.params] : [])],
    stride: from.stride,
    widened: assembly.numbers.bytes === 2 ? 64 * taps * Math.ceil(channels / 4) : 0,
    words: {
      ...{ [C_INPUT]: place(from.numbers), [C_INPUT_STRIDE]: from.stride, [C_PARAMS]: place(from.params) },
      ...{ [C_WEIGHTS]: place(weights.values), [C_SUMS]: place(weights.sums), [C_SCALES]: place(weights.scales) },
      ...(from.rest ? { [C_REST]: place(from.rest.numbers), [C_REST_PARAMS]: place(from.rest.params) } : {}),
      [C_STEPS]: Math.ceil(channels / 4),
    },
  };
}

function floats(assembly: Assembly, scope: string, x: EngineValue, taps: number, results: number): Input {
  const from = written(assembly, x);
  const weights = assembly.constants.floats(scope, taps, from.channels, results);
  const stride = 4 * from.channels;
  return {
    reads: [from.region],
    stride,
    widened: 0,
    words: {
      ...{ [C_INPUT]: place(from.region), [C_INPUT_STRIDE]: stride, [C_WEIGHTS]: place(weights) },
      [C_STEPS]: from.channels,
    },
  };
}

/** Most rows of a tile. Their numbers and the weights of eight outputs should stay in the second-level cache. */
export const MOST_ROWS = 96;
function tileOf(count: number, results: number): { readonly rows: number; readonly channels: number } {
  const rows = Math.min(MOST_ROWS, Math.ceil(count / 6) * 6);
  return { rows, channels: tileOutputs(Math.ceil(count / rows), results) };
}
