/**
 * One step of the probability-flow ODE in the variables of sampler.ts, where it reads `dx/dσ = (x - D(x, σ)) / σ`
 * (Karras et al. 2022, arXiv 2206.00364, eq. 3 with s(t) = 1). The right-hand side is the noise the network predicts,
 * and both DDIM's eq. 13 (arXiv 2010.02502) and PNDM's transfer (arXiv 2202.09778, section 3.3; "formula (9)" in
 * diffusers) become Euler's step in σ.
 */
import type { Latents } from './latents';
import type { SchedulePoint } from './sampler';
import { combine } from './vector';

/** The derivative `dx/dσ` at `x`, from the estimate of x0 there: the predicted noise. */
export const noiseIn = (x: Latents, denoised: Latents, sigma: number): Latents =>
  combine([1 / sigma, -1 / sigma], [x, denoised]);

/** `x` of `sigma`, carried along `noise` from `from` (where the schedule says so, else from `sigma`) to `to`. */
export function transfer(x: Latents, sigma: number, to: number, noise: Latents, from = sigma): Latents {
  return combine([Math.hypot(from, 1) / Math.hypot(sigma, 1), to - from], [x, noise]);
}

/** Where the step from `points[index]` arrives. */
export const arrival = (points: readonly SchedulePoint[], index: number, finalSigma: number): number =>
  points[index + 1]?.sigma ?? finalSigma;
