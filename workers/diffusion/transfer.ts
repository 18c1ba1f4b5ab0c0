/**
 * One step of the probability-flow ODE in the variables of sampler.ts, where it reads `dx/dσ = (x - D(x, σ)) / σ`
 * (Karras et al. 2022, arXiv 2206.00364, eq. 3 with s(t) = 1). The right-hand side is the noise the network predicts,
 * and both DDIM's eq. 13 (arXiv 2010.02502) and PNDM's transfer (arXiv 2202.09778, section 3.3; "formula (9)" in
 * diffusers) become Euler's step in σ.
 */
import type { PredictionType } from '../../models/sd15';
import type { Latents } from './latents';
import type { SchedulePoint } from './sampler';
import { combine } from './vector';

/** The derivative `dx/dσ` at `x`, from the estimate of x0 there: the predicted noise. */
export const noiseIn = (x: Latents, denoised: Latents, sigma: number): Latents =>
  combine([1 / sigma, -1 / sigma], [x, denoised]);

/**
 * What the network has predicted at `x`, from the estimate of x0 that was made of it. `v = α ε - σ x0` of Salimans and
 * Ho 2022 (arXiv 2202.00512, appendix D) reads `(x / (σ² + 1) - D) √(σ² + 1) / σ` in these variables.
 */
export function predictionIn(x: Latents, denoised: Latents, sigma: number, type: PredictionType = 'epsilon'): Latents {
  if (type === 'epsilon') return noiseIn(x, denoised, sigma);
  const total = Math.hypot(sigma, 1);
  return combine([1 / (sigma * total), -total / sigma], [x, denoised]);
}

/**
 * The noise that `prediction` means for `x`, which is at `sigma` and read as a sample of the level `from`: as it is, or
 * `ε = α v + σ z` for the sample z (`pred_epsilon` of `DDIMScheduler.step`, `_get_prev_sample` of `PNDMScheduler`).
 */
export function noiseOf(
  prediction: Latents,
  x: Latents,
  sigma: number,
  from = sigma,
  type: PredictionType = 'epsilon',
): Latents {
  if (type === 'epsilon') return prediction;
  const total = Math.hypot(from, 1);
  return combine([1 / total, from / (total * Math.hypot(sigma, 1))], [prediction, x]);
}

/** `x` of `sigma`, carried along `noise` from `from` (where the schedule says so, else from `sigma`) to `to`. */
export function transfer(x: Latents, sigma: number, to: number, noise: Latents, from = sigma): Latents {
  return combine([Math.hypot(from, 1) / Math.hypot(sigma, 1), to - from], [x, noise]);
}

/** Where the step from `points[index]` arrives. */
export const arrival = (points: readonly SchedulePoint[], index: number, finalSigma: number): number =>
  points[index + 1]?.sigma ?? finalSigma;
