/**
 * What a sampler is: a synchronous generator that asks and never awaits, so that each algorithm reads like its
 * source, history in locals. The driver (`workers/pipeline.ts`) owns awaiting, timing, aborting and events.
 *
 * Samplers work in the variance-exploding parametrization of Karras et al. 2022 (arXiv 2206.00364): `x = x0 + sigma · n`
 * with `sigma = sqrt((1 - alphaCumprod) / alphaCumprod)`; the model's own sample is `x / sqrt(sigma² + 1)`. In these
 * variables DDIM is Euler's method and PNDM's transfer function is Euler's with a multistep derivative.
 */
import type { Latents } from './latents';

/** `timestep` is what the UNet is told, rounded (or not) as the reference scheduler does. */
export type Ask =
  | { readonly type: 'denoise'; readonly x: Latents; readonly sigma: number; readonly timestep: number }
  | { readonly type: 'noise' };

/** One point of the schedule. */
export interface SchedulePoint {
  readonly sigma: number;
  readonly timestep: number;
}

/** `points[i]` for each step; `finalSigma` is where the last step arrives (0, or sigma at timestep 0). */
export interface Schedule {
  readonly points: readonly SchedulePoint[];
  readonly finalSigma: number;
  /** Standard deviation of the initial `x` for unit noise. */
  readonly initialSigma: number;
}

/** Answers to `denoise` are estimates of x0; answers to `noise` are fresh unit normals. Returns x at `finalSigma`. */
export type Sampler = (x: Latents, schedule: Schedule) => Generator<Ask, Latents, Latents>;
