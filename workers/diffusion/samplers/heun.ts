/**
 * Heun's method: Karras et al. 2022 (arXiv 2206.00364), algorithm 1 (2 without churn); `HeunDiscreteScheduler.step` in
 * diffusers 0.42.1. Two evaluations a step, one where it ends at 0. Order 2.
 */
import type { Sampler } from '../sampler';
import { arrivalPoint, arrived, noiseIn } from '../transfer';
import { combine } from '../vector';

export const heun: Sampler = function* (x, { points, finalSigma }) {
  for (const [index, { sigma, timestep }] of points.entries()) {
    const next = arrivalPoint(points, index, finalSigma);
    const h = next.sigma - sigma;
    const last = next.sigma === 0;
    const slope = noiseIn(x, yield { type: 'denoise', x, sigma, timestep, ...(last ? {} : { within: true }) }, sigma);
    const straight = combine([1, h], [x, slope]);
    if (last) return straight;
    const ahead = yield arrived(straight, points, index, finalSigma);
    const there = noiseIn(ahead, yield { type: 'denoise', x: ahead, ...next }, next.sigma);
    x = combine([1, h / 2, h / 2], [x, slope, there]);
    x = yield arrived(x, points, index, finalSigma);
  }
  return x;
};
