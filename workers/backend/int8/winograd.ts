/** 3×3 convolutions from fewer products, where numbers are wide enough for it (kernels/assembly/winograd.ts). */
import {
  C_CHANNELS,
  C_HALF,
  C_HEIGHT,
  C_IN_HEIGHT,
  C_IN_WIDTH,
  C_INPUT,
  C_INPUT_STRIDE,
  C_M,
  C_N,
  C_SCALES,
  C_SEEN_HEIGHT,
  C_SEEN_WIDTH,
  C_STEPS,
  C_TILE_CHANNELS,
  C_TILE_ROWS,
  C_WEIGHTS,
  C_WIDTH,
  C_ZERO_ROW,
  CONV_WINOGRAD,
} from '../../kernels/layout';
import type { Assembly } from './assembly';
import { type Instruction, place } from './instruction';
import type { Product, Words } from './products';
import { written } from './rows';
import { CACHED_BYTES, LEAST_TILES } from './tiles';
import type { EngineValue } from './value';

/** Below so many channels the transforms are most of the work. */
const LEAST_CHANNELS = 16;

export function convolvesByPatches(
  { numbers }: Assembly,
  x: EngineValue,
  { kernel, stride = 1, padding = 'same' }: Product,
): boolean {
  const channels = x.shape[1]!;
  const fits = kernel === 3 && stride === 1 && padding === 'same';
  return fits && numbers.largestOfPatches !== undefined && channels >= LEAST_CHANNELS && channels % 4 === 0;
}

/** The convolution of `x` to a picture of `shape`; `common` is what all products have. */
export function byPatches(
  assembly: Assembly,
  scope: string,
  x: EngineValue,
  shape: readonly number[],
  common: Words,
): Omit<Instruction, 'writes'> {
  const [batch, , seenHeight, seenWidth] = x.shape as [number, number, number, number];
  const { small, ...plain } = x;
  const from = written(assembly, plain);
  const { height: inHeight, width: inWidth } = small ?? { height: seenHeight, width: seenWidth };
  const { channels } = from;
  assembly.inFours(scope, channels);
  const weights = assembly.constants.integers(scope, 9, channels, shape[1]!);
  const patches = batch * Math.ceil(seenHeight / 2) * Math.ceil(seenWidth / 2);
  const tile = tileOf(patches, channels, shape[1]!);
  const rowBytes = 32 * Math.ceil(channels / 16);
  return {
    ...{ opcode: CONV_WINOGRAD, scope, reads: [from.region] },
    tiles: Math.ceil(patches / tile.patches) * Math.ceil(shape[1]! / tile.channels),
    scratch: 1024 + 16 * (4 * tile.patches + 64 * (channels / 4 + 1) + 2 * rowBytes + 64 + tile.patches * rowBytes),
    words: {
      ...common,
      ...{ [C_INPUT]: place(from.region), [C_INPUT_STRIDE]: 4 * channels, [C_CHANNELS]: channels },
      ...{ [C_WEIGHTS]: place(weights.values), [C_SCALES]: place(weights.scales), [C_STEPS]: channels / 4 },
      ...{ [C_HALF]: assembly.numbers.largestOfPatches!(channels) },
      ...{ [C_M]: patches, [C_N]: shape[1]!, [C_HEIGHT]: seenHeight, [C_WIDTH]: seenWidth },
      ...{ [C_IN_HEIGHT]: inHeight, [C_IN_WIDTH]: inWidth, [C_SEEN_HEIGHT]: seenHeight, [C_SEEN_WIDTH]: seenWidth },
      [C_ZERO_ROW]: place(assembly.constants.zeros(4 * channels)),
      ...{ [C_TILE_ROWS]: tile.patches, [C_TILE_CHANNELS]: tile.channels },
    },
  };
}

/** Each time they are used, so are the weights that are transformed for them. */
const LEAST_PATCHES = 12;
/** Fewer tiles than elsewhere, and of more outputs: patches are transformed anew for each tile of these. */
const ENOUGH_TILES = LEAST_TILES / 2;
const LEAST_OUTPUTS = 160;

function tileOf(count: number, channels: number, results: number) {
  const most = Math.max(LEAST_PATCHES, Math.floor(CACHED_BYTES / (32 * channels) / 6) * 6);
  const patches = Math.min(most, 6 * Math.ceil(count / 6));
  let outputs = 8 * Math.ceil(results / 8);
  while (Math.ceil(count / patches) * Math.ceil(results / outputs) < ENOUGH_TILES && outputs >= 2 * LEAST_OUTPUTS)
    outputs = 8 * Math.ceil(outputs / 16);
  return { patches, channels: outputs };
}
