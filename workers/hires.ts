/**
 * The second, larger pass of a drawing, as stable-diffusion-webui 1.10 has it (`sample_hr_pass` in its modules/processing.py): image
 * to image from what the first pass has drawn, on noise that begins anew from the seed. What of it has to be known before anything is drawn.
 */
import { VAE_FACTOR } from '../models/graph/vae';
import type { HiresRequest, HiresUpscaler, ImageRequest } from './api';

interface Size {
  readonly width: number;
  readonly height: number;
}

export const HIRES_UPSCALERS: readonly HiresUpscaler[] = [
  'latent',
  'latent_antialiased',
  'latent_bicubic',
  'latent_bicubic_antialiased',
  'latent_nearest',
  'latent_nearest_exact',
  'lanczos',
  'nearest',
];

/** What stable-diffusion-webui begins with. */
export const HIRES_DEFAULTS = { hiresUpscaler: 'latent', hiresSteps: 0, hiresStrength: 0.7 } as const;

/** To whole latents. */
export const down = (pixels: number): number => pixels - (pixels % VAE_FACTOR);

export const isHires = ({ hiresScale, hiresSize }: HiresRequest): boolean =>
  hiresScale !== undefined || hiresSize !== undefined;

/** What `asked` says of it. */
export const hiresIn = ({ hiresScale, hiresSize, hiresUpscaler }: HiresRequest): HiresRequest => ({
  ...(hiresScale === undefined ? {} : { hiresScale }),
  ...(hiresSize ? { hiresSize } : {}),
  ...(hiresUpscaler ? { hiresUpscaler } : {}),
});

export type Sized = Size & HiresRequest & { readonly initImage?: unknown };

/** The size of the picture in the end, pixels. */
export const finalSize = ({ width, height, hiresScale, hiresSize }: Sized): Size =>
  hiresSize ?? coveringScale(width, height, hiresScale ?? 1);

/** What the first pass is brought to: at least `finalSize`, of which what is more is cut off evenly. */
export function coveringSize({ width, height, hiresScale = 1, hiresSize }: Sized): Size {
  if (!hiresSize) return coveringScale(width, height, hiresScale);
  const wider = width * hiresSize.height < hiresSize.width * height;
  return wider
    ? { width: hiresSize.width, height: down(Math.floor((hiresSize.width * height) / width)) }
    : { width: down(Math.floor((hiresSize.height * width) / height)), height: hiresSize.height };
}

const coveringScale = (width: number, height: number, scale: number): Size => ({
  width: down(Math.floor(width * scale)),
  height: down(Math.floor(height * scale)),
});

/** Whether the first pass is decoded, and what it is brought to encoded. */
export const isUpscaledInPixels = (request: HiresRequest): boolean =>
  isHires(request) && !upscalerOf(request).startsWith('latent');

export const upscalerOf = ({ hiresUpscaler = HIRES_DEFAULTS.hiresUpscaler }: HiresRequest): HiresUpscaler =>
  hiresUpscaler;

/** Steps that the second pass takes, the last of `of` of its schedule: `setup_img2img_steps` in modules/sd_samplers_common.py (which takes 1 for 0.999: the same below 999 steps). */
export function hiresStepsOf(request: HiresRequest & Pick<ImageRequest, 'steps'>): { steps: number; of: number } {
  const { hiresSteps = 0, hiresStrength = HIRES_DEFAULTS.hiresStrength } = request;
  const steps = hiresSteps === 0 ? request.steps : hiresSteps;
  return { steps, of: Math.trunc(steps / hiresStrength) };
}

/** The second pass as a request: of its own size, and of all steps of its schedule. */
export function secondRequest(request: ImageRequest): ImageRequest {
  const { hiresScale: _, hiresSize: __, initImage: ___, maskImage: ____, strength: _____, ...others } = request;
  // Given timesteps are as many as the first pass has steps.
  const { timesteps: ______, ...rest } = others;
  return { ...rest, ...finalSize(request), steps: hiresStepsOf(request).of };
}

/** What the larger of the passes of `asked` takes is what a drawing takes; pixels between them are encoded as a picture to begin from is. */
export const largestPass = <Asked extends Sized>(asked: Asked): Asked =>
  isHires(asked) ? { ...asked, ...finalSize(asked), ...(isUpscaledInPixels(asked) ? { initImage: true } : {}) } : asked;

/** Steps of both passes together, in those of the first: a larger one takes as many times as long as it has pixels. */
export const hiresWeight = (request: ImageRequest): number => {
  const { width, height } = finalSize(request);
  return (width * height) / (request.width * request.height);
};
