/**
 * The decoder in tiles, for pictures whose whole decoding there is no memory for. All tiles are of one size, evenly
 * spread, and overlap by a quarter at least; there each fades into the next, so that no seam is left of what they see
 * differently (the decoder's attention and its normalizations reach across the whole of a tile).
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

/** The size that a decoder of such tiles is opened for; without tiles, of the whole. */
export const tileSize = (size: StageSize, tile = Number.POSITIVE_INFINITY): StageSize => ({
  ...size,
  height: Math.min(size.height, tile),
  width: Math.min(size.width, tile),
});

/** A decoder of whole latents from one for tiles of them. Once `signal` is aborted it rejects before its next tile. */
export const tiledDecoder = (decoder: Stage, tile: number, signal: AbortSignal): Stage => ({
  run: async ({ latents }) => {
    const decode = async (part: Tensor): Promise<Tensor> => {
      await untilMessagesAreRead();
      signal.throwIfAborted();
      return (await decoder.run({ latents: part })).image!;
    };
    return { image: await inTiles(latents!, tile, decode) };
  },
  close: () => decoder.close(),
});

/** Decodes `latents` `[1, C, H, W]` tile by tile: `[1, 3, 8H, 8W]`. `decode` is given `[1, C, tile, tile']` of them. */
async function inTiles(latents: Tensor, tile: number, decode: (part: Tensor) => Promise<Tensor>): Promise<Tensor> {
  const [, , rows, columns] = latents.shape as [number, number, number, number];
  const [down, across] = [tilesAlong(rows, tile), tilesAlong(columns, tile)];
  const [height, width] = [VAE_FACTOR * rows, VAE_FACTOR * columns];
  const [weightsDown, weightsAcross] = [shares(down, rows), shares(across, columns)];
  let picture: Float32Array | undefined;
  let planes = 0;
  for (const [i, top] of down.starts.entries())
    for (const [j, left] of across.starts.entries()) {
      const { shape, data } = await decode(cut(latents, top, left, down.length, across.length));
      planes = shape[1]!;
      picture ??= new Float32Array(planes * height * width);
      const [tileHeight, tileWidth] = [VAE_FACTOR * down.length, VAE_FACTOR * across.length];
      for (let plane = 0; plane < planes; plane++)
        for (let y = 0; y < tileHeight; y++) {
          const to = (plane * height + VAE_FACTOR * top + y) * width + VAE_FACTOR * left;
          const from = (plane * tileHeight + y) * tileWidth;
          const share = weightsDown[i]![y]!;
          for (let x = 0; x < tileWidth; x++) picture[to + x]! += share * weightsAcross[j]![x]! * data[from + x]!;
        }
    }
  return { type: 'float32', shape: [1, planes, height, width], data: picture! };
}

/** How much of each pixel each tile gives, along one axis; in every pixel all tiles together give the whole. */
function shares({ starts, length }: Tiling, total: number): Float64Array[] {
  const pixels = VAE_FACTOR * length;
  const ramp = Math.max(1, OVERLAP * pixels);
  const weights = starts.map((start) =>
    Float64Array.from({ length: pixels }, (_, x) => {
      const before = start === 0 ? 1 : (x + 0.5) / ramp;
      const after = start + length === total ? 1 : (pixels - x - 0.5) / ramp;
      return Math.min(1, before, after);
    }),
  );
  const sum = new Float64Array(VAE_FACTOR * total);
  for (const [i, start] of starts.entries())
    for (const [x, weight] of weights[i]!.entries()) sum[VAE_FACTOR * start + x]! += weight;
  return weights.map((list, i) => list.map((weight, x) => weight / sum[VAE_FACTOR * starts[i]! + x]!));
}
