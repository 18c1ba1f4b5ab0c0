/**
 * Euler's method on the probability-flow ODE: Karras et al. 2022 (arXiv 2206.00364), algorithm 1 without its
 * correction; `EulerDiscreteScheduler.step` in diffusers 0.42.1 with s_churn = 0. Order 1.
 */
import type { Sampler } from '../sampler';
import { arrival, noiseOf, predictionIn, transfer } from '../transfer';

export const euler: Sampler = function* (x, { points, finalSigma, predictionType }) {
  for (const [index, { sigma, timestep, from }] of points.entries()) {
    const predicted = predictionIn(x, yield { type: 'denoise', x, sigma, timestep }, sigma, predictionType);
    const noise = noiseOf(predicted, x, sigma, from, predictionType);
    x = transfer(x, sigma, arrival(points, index, finalSigma), noise, from);
  }
  return x;
};
