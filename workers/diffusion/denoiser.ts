/**
 * From what a UNet predicts to what a sampler asks for. Karras et al. 2022 (arXiv 2206.00364), table 1 and eq. 7 for
 * "VP": `D(x, σ) = x - σ F(x / √(σ² + 1))`.
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

/** The estimate of x0 that follows from what was predicted of `modelSample(x, sigma)`. */
export type Estimate = (x: Latents, sigma: number, predicted: Latents) => Latents;

const epsilonEstimate: Estimate = (x, sigma, noise) => combine([1, -sigma], [x, noise]);

/**
 * Salimans and Ho 2022 (arXiv 2202.00512), appendix D: `v = α ε - σ x0` in the variance-preserving variables, hence
 * `x0 = α z - σ v`.
 */
const vEstimate: Estimate = (x, sigma, v) => {
  const total = Math.hypot(sigma, 1);
  return combine([1 / total ** 2, -sigma / total], [x, v]);
};

/** Of a network that predicts `type`. */
export const estimateOf = (type: PredictionType): Estimate => (type === 'epsilon' ? epsilonEstimate : vEstimate);

/** The denoiser that a network is which predicts `type`. */
export function denoiserOf(type: PredictionType, predict: Predict): Denoiser {
  const estimate = estimateOf(type);
  return async (x, sigma, timestep) => estimate(x, sigma, await predict(modelSample(x, sigma), timestep));
}

/** The denoiser that a network with epsilon prediction is. */
export const epsilonDenoiser = (predict: Predict): Denoiser => denoiserOf('epsilon', predict);

/** The denoiser that a network with v-prediction is. */
export const vDenoiser = (predict: Predict): Denoiser => denoiserOf('v_prediction', predict);
