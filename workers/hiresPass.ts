/** What the first pass has drawn, brought to the size of the second: fetched for the first drawing that has one. */
import type { ImageRequest } from './api';
import { type Interpolation, interpolated } from './diffusion/interpolate';
import type { Latents } from './diffusion/latents';
import { coveringSize, finalSize, upscalerOf } from './hires';
import { stageSize } from './passes';
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

/** `latents` of the first pass as those to begin the second from. */
export function upscaledLatents(latents: Latents, request: ImageRequest): Latents {
  const { shape, data } = interpolated(latents, stageSize(coveringSize(request)), INTERPOLATIONS[upscalerOf(request)]!);
  const { width, height } = stageSize(finalSize(request));
  const [top, left] = [(shape[2] - height) >> 1, (shape[3] - width) >> 1];
  const part = cut({ type: 'float32', shape, data }, top, left, height, width);
  return { shape: [shape[0], shape[1], height, width], data: part.data as Float32Array };
}

/** The same of 8-bit RGB `[height, width, 3]`. What is beyond is cut off before it is encoded, where the original cuts the latents. */
export function upscaledPixels(pixels: Uint8Array, request: ImageRequest): Uint8Array {
  const covering = coveringSize(request);
  const { width, height } = finalSize(request);
  const resize = upscalerOf(request) === 'lanczos' ? resized : nearest;
  const large = resize(pixels, { width: request.width, height: request.height, channels: 3 }, covering);
  const [top, left] = [(covering.height - height) >> 1, (covering.width - width) >> 1];
  return cropped(large, { ...covering, channels: 3 }, { left, top, width, height });
}
