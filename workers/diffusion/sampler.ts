/**
 * What a sampler is: a synchronous generator that asks and never awaits, so that each algorithm reads like its
 * source, history in locals. The driver (sampling.ts) owns awaiting and aborting.
 *
 * Samplers work in the variance-exploding parametrization of Karras et al. 2022 (arXiv 2206.00364): `x = x0 + sigma · n`
 * with `sigma = sqrt((1 - alphaCumprod) / alphaCumprod)`; the model's own sample is `x / sqrt(sigma² + 1)`. In these
 * variables DDIM is Euler's method and PNDM's transfer function is Euler's with a multistep derivative.
 */
import type { PredictionType } from '../../models/sd15';
import type { Latents } from './latents';

/**
 * `timestep` is what the UNet is told, rounded (or not) as the reference scheduler does. `within`: the answer does not
 * end a step; another evaluation of the same step follows. `path`: not fresh normals, but the increment of one Brownian
 * path between these two noise levels, scaled to unit variance, so that finer steps see the same path.
 */
export type Ask =
  | {
      readonly type: 'denoise';
      readonly x: Latents;
      readonly sigma: number;
      readonly timestep: number;
      readonly within?: true;
    }
  | { readonly type: 'noise'; readonly path?: readonly [from: number, to: number] }
  | Arrived;

/**
 * Where a call of the network has led: `x`, at level `sigma`. The sampler goes on from what is answered: `x`, or `x` with what
 * is known of the picture put in its place, `as` it is told where the reference does not put it there at `sigma`.
 */
export interface Arrived {
  readonly type: 'arrived';
  readonly x: Latents;
  readonly sigma: number;
  readonly as?: PutBack;
}

/** With the noise of this level on it; `scale`d, where the model's own sample of that level is read as one of another. */
export interface PutBack {
  readonly level?: number;
  readonly scale?: number;
}

/** Where a step starts: one evaluation of the network, or the first of several. */
export interface SchedulePoint {
  /** The noise level of `x` when the network is asked. */
  readonly sigma: number;
  readonly timestep: number;
  /**
   * The noise level that the step from here starts with, where it is not `sigma`. diffusers' DDIM and PNDM step by
   * T / n (rounded down) even where their timesteps are spaced otherwise (linspace, trailing): they then read a sample
   * that arrived at one level as a sample of another.
   */
  readonly from?: number;
  /** The noise level of `timestep`, where that is not `sigma`. */
  readonly told?: number;
  /** TCD's intermediate level, to which it denoises before it adds noise again. */
  readonly down?: number;
}

/**
 * `points[i]` for each step (PNDM's second evaluation has a point of its own); `finalSigma` is where the last step
 * arrives (0, or sigma at timestep 0).
 */
export interface Schedule {
  readonly points: readonly SchedulePoint[];
  /** Points before these that are left out, where it begins in the middle, from a picture with noise on it. */
  readonly skipped?: readonly SchedulePoint[];
  readonly finalSigma: number;
  /** Standard deviation of the initial `x` for unit noise. */
  readonly initialSigma: number;
  /** What the network predicts and diffusers' steps carry on with; epsilon where absent. Euler's has no use for it. */
  readonly predictionType?: PredictionType;
  /** How much of the noise that a step takes out is given back as fresh noise: from 0 (none, and the default) to 1. */
  readonly eta?: number;
  /** The timestep, with its fraction, of a noise level between the points: for samplers that ask there. */
  readonly timestepAt?: (sigma: number) => number;
}

/** Answers to `denoise` are estimates of x0, to `noise` unit normals, to `arrived` as it says. Returns x at `finalSigma`. */
export type Sampler = (x: Latents, schedule: Schedule) => Generator<Ask, Latents, Latents>;
