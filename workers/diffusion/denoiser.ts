/**
 * From what a UNet predicts to what a sampler asks for. Karras et al. 2022 (arXiv 2206.00364), table 1 and eq. 7 for
 * "VP": `D(x, σ) = x - σ F(x / √(σ² + 1))`; guidance by Ho and Salimans 2022 (arXiv 2207.12598), eq. 6 in the form
 * of diffusers' `StableDiffusionPipeline`.
 */
import type { PredictionType } from '../../models/sd15';
import type { Latents } from './latents';
import { combine, scale } from './vector';

/** What the network predicts of the model's own `sample`: its noise, or its v. */
export type Predict = (sample: Latents, timestep: number) => Promise<Latents>;

/** An estimate of x0, given `x = x0 + sigma · n`. */
export type Denoiser = (x: Latents, sigma: number, timestep: number) => Promise<Latents>;

/** `x` at `sigma` as the model knows it (variance preserving); at `finalSigma`, what the VAE decodes. */
export const modelSample = (x: Latents, sigma: number): Latents => scale(1 / Math.hypot(sigma, 1), x);

/** The denoiser that a network is which predicts `type`. */
export const denoiserOf = (type: PredictionType, predict: Predict): Denoiser =>
  type === 'epsilon' ? epsilonDenoiser(predict) : vDenoiser(predict);

/** The denoiser that a network with epsilon prediction is. */
export function epsilonDenoiser(predict: Predict): Denoiser {
  return async (x, sigma, timestep) => combine([1, -sigma], [x, await predict(modelSample(x, sigma), timestep)]);
}

/**
 * The denoiser that a network with v-prediction is: Salimans and Ho 2022 (arXiv 2202.00512), appendix D:
 * `v = α ε - σ x0` in the variance-preserving variables, hence `x0 = α z - σ v`.
 */
export function vDenoiser(predict: Predict): Denoiser {
  return async (x, sigma, timestep) => {
    const total = Math.hypot(sigma, 1);
    return combine([1 / total ** 2, -sigma / total], [x, await predict(modelSample(x, sigma), timestep)]);
  };
}

/** Classifier-free guidance: `unconditional + guidanceScale · (conditional - unconditional)`. */
export const guide = (unconditional: Latents, conditional: Latents, guidanceScale: number): Latents =>
  combine([1 - guidanceScale, guidanceScale], [unconditional, conditional]);
