/**
 * Euler's method that takes out more noise than the next level asks for and adds fresh noise up to it: "ancestral".
 * With eta = 1 it is Ho et al. 2020 (arXiv 2006.11239), eq. 7, with the small variance (`DDPMScheduler`), in these
 * variables the same as k-diffusion's `sample_euler_ancestral` (`EulerAncestralDiscreteScheduler`); with eta between 0 and 1
 * Song et al. 2021 (arXiv 2010.02502), eq. 12 and 16 (`DDIMScheduler`). All as in diffusers 0.42.1, `clip_sample` False.
 */
import type { Sampler } from '../sampler';
import { ancestralStep, arrival, arrived, stepWeights } from '../transfer';
import { combine } from '../vector';

export const ancestral: Sampler = function* (x, { points, finalSigma, predictionType, eta = 0 }) {
  for (const [index, { sigma, timestep, from = sigma }] of points.entries()) {
    const denoised = yield { type: 'denoise', x, sigma, timestep };
    const { down, up } = ancestralStep(from, arrival(points, index, finalSigma), eta);
    x = combine(stepWeights(sigma, from, down, predictionType), [x, denoised]);
    if (up > 0) x = combine([1, up], [x, yield { type: 'noise' }]);
    x = yield arrived(x, points, index, finalSigma);
  }
  return x;
};
