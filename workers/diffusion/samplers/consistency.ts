/**
 * Samplers of models distilled to few steps, as in diffusers 0.42.1.
 * LCM: Luo et al. 2023 (arXiv 2310.04378), algorithm 3; `LCMScheduler.step`: denoise at once, add noise up to the next level.
 * TCD: Zheng et al. 2024 (arXiv 2402.19159), algorithm 4 ("strategic stochastic sampling"); `TCDScheduler.step`: denoise
 * to a level below the next (`down`), then add noise up to that. With eta = 0 it is Euler's method.
 */
import type { Sampler } from '../sampler';
import { arrival, arrived, stepWeights } from '../transfer';
import { combine } from '../vector';

/** The boundary condition of consistency models (arXiv 2303.01469, appendix C) with the timestep scaled by 10. */
const SIGMA_DATA = 0.5;
const TIMESTEP_SCALING = 10;

export const lcm: Sampler = function* (x, { points, finalSigma }) {
  for (const [index, { sigma, timestep }] of points.entries()) {
    const denoised = yield { type: 'denoise', x, sigma, timestep };
    const scaled = timestep * TIMESTEP_SCALING;
    const skip = SIGMA_DATA ** 2 / (scaled ** 2 + SIGMA_DATA ** 2) / Math.hypot(sigma, 1);
    x = combine([scaled / Math.hypot(scaled, SIGMA_DATA), skip], [denoised, x]);
    const to = arrival(points, index, finalSigma);
    if (index + 1 < points.length) x = combine([1, to], [x, yield { type: 'noise' }]);
    x = yield arrived(x, points, index, finalSigma);
  }
  return x;
};

export const tcd: Sampler = function* (x, { points, finalSigma }) {
  for (const [index, { sigma, timestep, down }] of points.entries()) {
    const denoised = yield { type: 'denoise', x, sigma, timestep };
    const to = arrival(points, index, finalSigma);
    const between = down ?? to;
    x = combine(stepWeights(sigma, sigma, between), [x, denoised]);
    if (between < to) x = combine([1, Math.sqrt(to ** 2 - between ** 2)], [x, yield { type: 'noise' }]);
    x = yield arrived(x, points, index, finalSigma);
  }
  return x;
};
