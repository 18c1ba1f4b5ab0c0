/**
 * One step of the probability-flow ODE in the variables of sampler.ts, where it reads `dx/dσ = (x - D(x, σ)) / σ`
 * (Karras et al. 2022, arXiv 2206.00364, eq. 3 with s(t) = 1). The right-hand side is the noise the network predicts,
 * and both DDIM's eq. 13 (arXiv 2010.02502) and PNDM's transfer (arXiv 2202.09778, section 3.3; "formula (9)" in
 * diffusers) become Euler's step in σ.
 */
import type { PredictionType } from '../../models/sd15';
import type { Latents } from './latents';
import type { Arrived, SchedulePoint } from './sampler';
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

/**
 * Weights of `x` and of the estimate of x0 in the step that takes what the network has predicted at `sigma`, reads `x` as a
 * sample of the level `from`, and goes to `to`. Equal to `transfer` along `noiseOf`, but nothing is lost between the two where
 * sigma is large, as it is without bounds at zero terminal SNR.
 */
export function stepWeights(sigma: number, from: number, to: number, type: PredictionType = 'epsilon'): number[] {
  if (from === sigma) return [to / sigma, 1 - to / sigma];
  const [total, totalFrom] = [Math.hypot(sigma, 1), Math.hypot(from, 1)];
  const move = to - from;
  if (type === 'epsilon') return [totalFrom / total + move / sigma, -move / sigma];
  return [totalFrom / total + (move / (totalFrom * total)) * (1 / sigma + from), (-move * total) / (sigma * totalFrom)];
}

/** `x` of `sigma`, carried along `noise` from `from` (where the schedule says so, else from `sigma`) to `to`. */
export function transfer(x: Latents, sigma: number, to: number, noise: Latents, from = sigma): Latents {
  return combine([Math.hypot(from, 1) / Math.hypot(sigma, 1), to - from], [x, noise]);
}

/**
 * How far an ancestral step from `from` to `to` goes down, and how much fresh noise (standard deviation) brings it back
 * up: `up² = eta² to² (from² - to²) / from²` and `down² = to² - up²` (k-diffusion's `get_ancestral_step`).
 */
export function ancestralStep(from: number, to: number, eta: number): { readonly down: number; readonly up: number } {
  const up = Math.min(to, eta * to * Math.sqrt(Math.max(1 - (to / from) ** 2, 0)));
  return { down: Math.sqrt(to ** 2 - up ** 2), up };
}

/** Where the step from `points[index]` arrives, with what the network is told there. */
export const arrivalPoint = (points: readonly SchedulePoint[], index: number, finalSigma: number) => {
  const { sigma, timestep } = points[index + 1] ?? { sigma: finalSigma, timestep: 0 };
  return { sigma, timestep };
};

/** The step from `points[index]` has arrived at `x`. */
export function arrived(x: Latents, points: readonly SchedulePoint[], index: number, finalSigma: number): Arrived {
  const { sigma, told } = points[index + 1] ?? { sigma: finalSigma };
  const as = told === undefined ? {} : { as: { level: told, scale: Math.hypot(sigma, 1) / Math.hypot(told, 1) } };
  return { type: 'arrived', x, sigma, ...as };
}

/** Where the step from `points[index]` arrives. */
export const arrival = (points: readonly SchedulePoint[], index: number, finalSigma: number): number =>
  points[index + 1]?.sigma ?? finalSigma;
