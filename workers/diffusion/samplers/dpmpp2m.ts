/**
 * DPM-Solver++(2M): Lu et al. 2022 (arXiv 2211.01095), algorithm 2; k-diffusion's `sample_dpmpp_2m`;
 * `DPMSolverMultistepScheduler.step` in diffusers 0.42.1 (midpoint, order 2, to 0). With λ = -log σ, `σ' / σ` is
 * e^(-h). Order 2.
 */
import type { Latents } from '../latents';
import type { Sampler } from '../sampler';
import { arrival, arrived } from '../transfer';
import { combine } from '../vector';

export const dpmpp2m: Sampler = function* (x, { points, finalSigma }) {
  let before: Latents | undefined;
  for (const [index, { sigma, timestep }] of points.entries()) {
    const denoised = yield { type: 'denoise', x, sigma, timestep };
    const left = arrival(points, index, finalSigma) / sigma;
    const r = before && left > 0 ? Math.log(sigma / points[index - 1]!.sigma) / Math.log(left) : 0;
    const ahead = r > 0 ? combine([1 + 1 / (2 * r), -1 / (2 * r)], [denoised, before!]) : denoised;
    x = combine([left, 1 - left], [x, ahead]);
    before = denoised;
    x = yield arrived(x, points, index, finalSigma);
  }
  return x;
};
