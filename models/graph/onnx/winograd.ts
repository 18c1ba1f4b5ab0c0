/**
 * 3×3 convolutions by Winograd's minimal filtering, F(4×4, 3×3) and F(2×2, 3×3) (Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", arXiv:1509.09308, §4.1): Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A for each tile, the products
 * summed over the channels being one MatMul for each of the tile's 36 (16) places. 4 (2.25) times fewer multiplications
 * than the definition, at an error of 3–5e-5 (2e-6) of the result's root mean square in float32.
 */
import type { Value } from '../layers';
import type { GraphBuilder } from './graphBuilder';
import { lying } from './pictures';
import { gather, type Places, type Window } from './window';

/** Side of a tile's result. */
export type Tile = 2 | 4;

interface Matrices {
  readonly bT: readonly (readonly number[])[];
  readonly g: readonly (readonly number[])[];
  readonly aT: readonly (readonly number[])[];
}

const F2: Matrices = {
  bT: [
    [1, 0, -1, 0],
    [0, 1, 1, 0],
    [0, -1, 1, 0],
    [0, 1, 0, -1],
  ],
  g: [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, -1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  aT: [
    [1, 1, 1, 0],
    [0, 1, -1, -1],
  ],
};

const F4: Matrices = {
  bT: [
    [4, 0, -5, 0, 1, 0],
    [0, -4, -4, 1, 1, 0],
    [0, 4, -4, -1, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
  ],
  g: [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
  aT: [
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 2, -2, 0],
    [0, 1, 1, 4, 4, 0],
    [0, 1, -1, 8, -8, 1],
  ],
};

const MATRICES = { 2: F2, 4: F4 } as const;

/** Rows (or columns) of a window that reaches over `size` rows of the result, in whole tiles. */
export const tiledWindow = (size: number, tile: Tile): number => Math.ceil(size / tile) * tile + 2;

/** Weights `[9, C, K]` as the tile's `[places, C, K]`. */
export function transformedWeights(
  graph: GraphBuilder,
  taps: Value,
  channels: number,
  results: number,
  tile: Tile,
): Value {
  const { g } = MATRICES[tile];
  const places = (tile + 2) ** 2;
  const both = g.flatMap((y) => g.map((x) => y.flatMap((a) => x.map((b) => a * b)))).flat();
  const transform = graph.floats(`G${tile}`, both, [places, 9]);
  const flat = reshaped(graph, taps, [9, channels * results]);
  const product = graph.node('MatMul', 'winograd', [transform, flat], [places, channels * results]);
  return reshaped(graph, product, [places, channels, results]);
}

/** The tiles of a window, one pixel larger on every side than what is computed of them, in whole tiles. */
export interface Tiles {
  readonly tile: Tile;
  /** Transformed: `[places, B · down · across, C]`. */
  readonly inputs: Value;
  readonly batch: number;
  readonly down: number;
  readonly across: number;
}

/** Cuts a window into the tiles of `rows` × `columns` results and transforms them. */
export function tilesOf(
  graph: GraphBuilder,
  window: Window,
  tile: Tile,
  [rows, columns]: readonly [number, number],
): Tiles {
  const side = tile + 2;
  const [down, across] = [Math.ceil(rows / tile), Math.ceil(columns / tile)];
  const { batch, channels } = window;
  const tiles = batch * down * across;
  const places = (): Places => tilePlaces(tile, batch, down, across);
  const cut = gather(graph, window, `tiles${tile}`, [side * side, tiles], places);
  const transformed = bothWays(graph, `B${tile}`, MATRICES[tile].bT, cut, tiles * channels);
  return { tile, inputs: reshaped(graph, transformed, [side * side, tiles, channels]), batch, down, across };
}

/** `rows` × `columns` of the convolution, `[B, K, rows, columns]` lying channels last. `weights` are transformed. */
export function winograd(
  graph: GraphBuilder,
  { tile, inputs, batch, down, across }: Tiles,
  weights: Value,
  [rows, columns]: readonly [number, number],
): Value {
  const tiles = batch * down * across;
  const results = weights.shape[2]!;
  const products = graph.node('MatMul', 'winograd', [inputs, weights], [(tile + 2) ** 2, tiles, results]);
  const transformed = bothWays(graph, `A${tile}`, MATRICES[tile].aT, products, tiles * results);
  const outputs = reshaped(graph, transformed, [tile, tile, batch, down, across, results]);
  const order = [2, 3, 0, 4, 1, 5];
  const whole = [batch, results, down * tile, across * tile];
  const woven = graph.node(
    'Transpose',
    'winograd',
    [outputs],
    order.map((axis) => outputs.shape[axis]!),
    { perm: order },
  );
  const picture = { ...reshaped(graph, woven, lying(whole)), shape: whole };
  if (whole[2] === rows && whole[3] === columns) return picture;
  const bounds = [
    [0, 0],
    [rows, columns],
    [1, 2],
  ].map((list) => graph.integers(list));
  return graph.node('Slice', 'winograd', [picture, ...bounds], [batch, results, rows, columns]);
}

/** `matrix` over the first axis of `x`, its other axes taken together, then over the second: `[to, to, width]`. */
function bothWays(
  graph: GraphBuilder,
  label: string,
  matrix: readonly (readonly number[])[],
  x: Value,
  width: number,
): Value {
  const [to, from] = [matrix.length, matrix[0]!.length];
  const constant = graph.floats(label, matrix.flat(), [to, from]);
  const rows = reshaped(graph, x, [from, from * width]);
  const first = graph.node('MatMul', 'winograd', [constant, rows], [to, from * width]);
  return graph.node('MatMul', 'winograd', [constant, reshaped(graph, first, [to, from, width])], [to, to, width]);
}

const reshaped = (graph: GraphBuilder, x: Value, shape: readonly number[]): Value =>
  graph.node('Reshape', 'winograd', [x, graph.integers(shape)], shape);

function* tilePlaces(tile: Tile, batch: number, down: number, across: number): Places {
  for (let i = 0; i < tile + 2; i++)
    for (let j = 0; j < tile + 2; j++)
      for (let picture = 0; picture < batch; picture++)
        for (let y = 0; y < down; y++) for (let x = 0; x < across; x++) yield [picture, y * tile + i, x * tile + j];
}
