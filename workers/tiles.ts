/**
 * The VAE in tiles, for pictures that there is no memory to decode, or to encode, as a whole. All tiles are of one size, evenly
 * spread, and overlap by a quarter at least; there each fades into the next, so that no seam is left of what they see
 * differently (attention and normalizations reach across the whole of a tile). `tiled_encode` and `tiled_decode` of diffusers 0.42.1
 * (autoencoder_kl.py) overlap by a quarter as well, but begin every three quarters of a tile, so that the last are smaller, which a static graph
 * is not.
 */
import { VAE_FACTOR } from '../models/graph/vae';
import type { StageSize } from '../models/stage';
import { untilMessagesAreRead } from '../models/turn';
import type { Stage } from './backend/backend';
import type { Tensor } from './tensor';

/** Share of a tile that at least is also in the next. */
const OVERLAP = 0.25;

/** Along one axis: where tiles begin, and how long they are. */
interface Tiling {
  readonly starts: readonly number[];
  readonly length: number;
}

/** Tiles of `tile` latents, or of the whole axis where it is shorter. */
function tilesAlong(total: number, tile: number): Tiling {
  if (total <= tile) return { starts: [0], length: total };
  const stride = tile - Math.ceil(OVERLAP * tile);
  const count = Math.ceil((total - tile) / stride) + 1;
  const starts = Array.from({ length: count }, (_, i) => Math.round((i * (total - tile)) / (count - 1)));
  return { starts, length: tile };
}

/** `[B, C, length, length']` of a picture `[B, C, H, W]`. */
export function cut({ shape, data }: Tensor, top: number, left: number, height: number, width: number): Tensor {
  const [batch, channels, rows, columns] = shape as [number, number, number, number];
  const part = new Float32Array(batch * channels * height * width);
  for (let plane = 0; plane < batch * channels; plane++)
    for (let y = 0; y < height; y++) {
      const from = (plane * rows + top + y) * columns + left;
      part.set(data.subarray(from, from + width) as Float32Array, (plane * height + y) * width);
    }
  return { type: 'float32', shape: [batch, channels, height, width], data: part };
}

/** The size that a network for such tiles is opened for; without tiles, of the whole. */
export const tileSize = (size: StageSize, tile = Number.POSITIVE_INFINITY): StageSize => ({
  ...size,
  height: Math.min(size.height, tile),
  width: Math.min(size.width, tile),
});

/** How many pixels of its input, and of its output, a latent's side has in a network. */
interface Sides {
  readonly input: number;
  readonly output: number;
}

const DECODER: Sides = { input: 1, output: VAE_FACTOR };
const ENCODER: Sides = { input: VAE_FACTOR, output: 1 };

/**
 * A decoder, or an encoder, of the whole from one for tiles of `tile` latents a side. Once `signal` is aborted it rejects before its next tile.
 * What an encoder makes, means and logarithms of variances, is all faded alike, as `tiled_encode` does it.
 */
export function inTiles(
  stage: 'vae_decoder' | 'vae_encoder',
  network: Stage,
  tile: number,
  signal: AbortSignal,
): Stage {
  const sides = stage === 'vae_decoder' ? DECODER : ENCODER;
  return {
    async run(inputs) {
      const [[given, whole]] = Object.entries(inputs) as [[string, Tensor]];
      let made = '';
      const compute = async (part: Tensor): Promise<Tensor> => {
        await untilMessagesAreRead();
        signal.throwIfAborted();
        const [[name, output]] = Object.entries(await network.run({ [given]: part })) as [[string, Tensor]];
        made = name;
        return output;
      };
      const output = await tileByTile(whole, tile, sides, compute);
      return { [made]: output };
    },
    close: () => network.close(),
  };
}

/** Computes of `whole` `[1, C, H, W]` tile by tile what `compute` makes of each, `[1, D, tile, tile']` by its sides. */
async function tileByTile(
  whole: Tensor,
  tile: number,
  { input, output }: Sides,
  compute: (part: Tensor) => Promise<Tensor>,
): Promise<Tensor> {
  const [rows, columns] = whole.shape.slice(2).map((side) => side / input) as [number, number];
  const [down, across] = [tilesAlong(rows, tile), tilesAlong(columns, tile)];
  const [height, width] = [output * rows, output * columns];
  const [weightsDown, weightsAcross] = [shares(down, rows, output), shares(across, columns, output)];
  let picture: Float32Array | undefined;
  let planes = 0;
  for (const [i, top] of down.starts.entries())
    for (const [j, left] of across.starts.entries()) {
      const part = cut(whole, input * top, input * left, input * down.length, input * across.length);
      const { shape, data } = await compute(part);
      planes = shape[1]!;
      picture ??= new Float32Array(planes * height * width);
      const [tileHeight, tileWidth] = [output * down.length, output * across.length];
      for (let plane = 0; plane < planes; plane++)
        for (let y = 0; y < tileHeight; y++) {
          const to = (plane * height + output * top + y) * width + output * left;
          const from = (plane * tileHeight + y) * tileWidth;
          const share = weightsDown[i]![y]!;
          for (let x = 0; x < tileWidth; x++) picture[to + x]! += share * weightsAcross[j]![x]! * data[from + x]!;
        }
    }
  return { type: 'float32', shape: [1, planes, height, width], data: picture! };
}

/** How much of each pixel each tile gives, along one axis of so many latents of `side` pixels; in every pixel all tiles together give the whole. */
function shares({ starts, length }: Tiling, total: number, side: number): Float64Array[] {
  const pixels = side * length;
  const ramp = Math.max(1, OVERLAP * pixels);
  const weights = starts.map((start) =>
    Float64Array.from({ length: pixels }, (_, x) => {
      const before = start === 0 ? 1 : (x + 0.5) / ramp;
      const after = start + length === total ? 1 : (pixels - x - 0.5) / ramp;
      return Math.min(1, before, after);
    }),
  );
  const sum = new Float64Array(side * total);
  for (const [i, start] of starts.entries())
    for (const [x, weight] of weights[i]!.entries()) sum[side * start + x]! += weight;
  return weights.map((list, i) => list.map((weight, x) => weight / sum[side * starts[i]! + x]!));
}
