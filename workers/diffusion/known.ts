/**
 * Drawing from a picture: where it begins, and how the part of it that is to stay is put back after each call of the network, as
 * `StableDiffusionImg2ImgPipeline` and `StableDiffusionInpaintPipeline` of diffusers 0.42.1 do (the latter for networks that know
 * nothing of masks).
 */
import type { Latents } from './latents';
import type { PutBack, Schedule } from './sampler';
import { combine } from './vector';

/** How many of `steps` are left out for `strength`: diffusers' `get_timesteps`, roundings included. */
export const skippedSteps = (steps: number, strength: number): number =>
  steps - Math.min(Math.trunc(steps * strength), steps);

/** The latents of the picture, and the noise that goes on them. */
export interface Known {
  readonly init: Latents;
  readonly noise: Latents;
}

/** The `x` to begin from: the picture with the noise of the first level on it. */
export const begunFrom = ({ init, noise }: Known, { points }: Schedule): Latents =>
  combine([1, points[0]!.sigma], [init, noise]);

/** `[H, W]`: 1 where the picture is drawn anew, 0 where it stays. */
export type LatentMask = Uint8Array;

/** `x` of level `sigma` with the picture put back where `mask` says, with the noise of that level on it, or as it is told. */
export const keeping =
  ({ init, noise }: Known, mask: LatentMask) =>
  (x: Latents, sigma: number, { level = sigma, scale = 1 }: PutBack = {}): Latents =>
    masked(mask, x, combine([scale, scale * level], [init, noise]));

/** `drawn` where `mask` is 1, `kept` elsewhere; channel by channel. */
export function masked(mask: LatentMask, { shape, data }: Latents, kept: Latents): Latents {
  return { shape, data: data.map((value, i) => (mask[i % mask.length] === 1 ? value : kept.data[i]!)) };
}
