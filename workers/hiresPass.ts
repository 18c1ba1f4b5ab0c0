/** The second pass of a drawing, and what it begins from: fetched for the first drawing that has one. */
import type { SchedulerConfig } from '../models/sd15';
import type { ImageEvent, ImageRequest } from './api';
import { type Interpolation, interpolated } from './diffusion/interpolate';
import type { Latents } from './diffusion/latents';
import {
  coveringSize,
  finalSize,
  hiresStepsOf,
  hiresWeight,
  isUpscaledInPixels,
  secondRequest,
  upscalerOf,
} from './hires';
import type { Encoded } from './initImage';
import { type Pass, passOf, stageSize } from './passes';
import { cropped } from './pictureFile/crop';
import { resized } from './pictureFile/lanczos';
import { nearest } from './pictureFile/nearest';
import { cut } from './tiles';

const INTERPOLATIONS: Readonly<Record<string, Interpolation>> = {
  latent: 'bilinear',
  latent_antialiased: 'bilinear-antialiased',
  latent_bicubic: 'bicubic',
  latent_bicubic_antialiased: 'bicubic-antialiased',
  latent_nearest: 'nearest',
  latent_nearest_exact: 'nearest-exact',
};

/** What the pipeline does on the way from one pass to the next. */
interface Between {
  decode(): AsyncGenerator<ImageEvent, Uint8Array>;
  encode(request: ImageRequest): AsyncGenerator<ImageEvent, Encoded | undefined>;
  /** What is told of the first pass's pixels. */
  between(pixels: Uint8Array): ImageEvent;
}

export interface SecondPass {
  readonly pass: Pass;
  /** The first, its steps told as some of all. */
  readonly first: Pass;
  /** What the second begins from, where the first has drawn `latents`. */
  begin(latents: Latents, way: Between): AsyncGenerator<ImageEvent, Encoded | undefined>;
}

/** Of the request of `first`. Rejects with what the schedule refuses. */
export async function secondPassOf(first: Pass, config: SchedulerConfig): Promise<SecondPass> {
  const { request } = first;
  const { steps: more, of: scheduled } = hiresStepsOf(request);
  const weight = hiresWeight(request);
  const { steps } = request;
  const of = steps + more;
  const all = steps + more * weight;
  return {
    first: { ...first, told: (index) => ({ index, of, work: { step: 1, done: index, of: all } }) },
    pass: await passOf(secondRequest(request), config, scheduled - more, (index) => {
      return { index: steps + index, of, work: { step: weight, done: steps + index * weight, of: all } };
    }),
    async *begin(latents, { decode, encode, between }) {
      if (!isUpscaledInPixels(request)) return { latents: upscaledLatents(latents, request) };
      const small = yield* decode();
      yield between(small);
      const size = finalSize(request);
      return yield* encode({ ...request, ...size, initImage: { ...size, pixels: upscaledPixels(small, request) } });
    },
  };
}

function upscaledLatents(latents: Latents, request: ImageRequest): Latents {
  const { shape, data } = interpolated(latents, stageSize(coveringSize(request)), INTERPOLATIONS[upscalerOf(request)]!);
  const { width, height } = stageSize(finalSize(request));
  const [top, left] = [(shape[2] - height) >> 1, (shape[3] - width) >> 1];
  const part = cut({ type: 'float32', shape, data }, top, left, height, width);
  return { shape: [shape[0], shape[1], height, width], data: part.data as Float32Array };
}

/** The same of 8-bit RGB `[height, width, 3]`. What is beyond is cut off before it is encoded, where the original cuts the latents. */
function upscaledPixels(pixels: Uint8Array, request: ImageRequest): Uint8Array {
  const covering = coveringSize(request);
  const { width, height } = finalSize(request);
  const resize = upscalerOf(request) === 'lanczos' ? resized : nearest;
  const large = resize(pixels, { width: request.width, height: request.height, channels: 3 }, covering);
  const [top, left] = [(covering.height - height) >> 1, (covering.width - width) >> 1];
  return cropped(large, { ...covering, channels: 3 }, { left, top, width, height });
}
