/**
 * DPM-Solver-2 as k-diffusion has it (`sample_dpm_2`, `sample_dpm_2_ancestral`): Euler's method to the geometric mean of
 * both levels, and its derivative there for the whole step: Lu et al. 2022 (arXiv 2206.00927), algorithm 1, in the
 * variables of Karras et al. `KDPM2DiscreteScheduler` and `KDPM2AncestralDiscreteScheduler` in diffusers 0.42.1. Order 2
 * without fresh noise. Two evaluations a step, one where it ends at 0.
 */
import type { Sampler } from '../sampler';
import { ancestralStep, arrival, arrived, noiseIn } from '../transfer';
import { combine } from '../vector';

export const dpm2: Sampler = function* (x, { points, finalSigma, eta = 0, timestepAt = () => 0 }) {
  for (const [index, { sigma, timestep }] of points.entries()) {
    const { down, up } = ancestralStep(sigma, arrival(points, index, finalSigma), eta);
    const last = down === 0;
    const slope = noiseIn(x, yield { type: 'denoise', x, sigma, timestep, ...(last ? {} : { within: true }) }, sigma);
    if (last) return combine([1, -sigma], [x, slope]);
    const middle = Math.sqrt(sigma * down);
    // diffusers takes the level of the whole step there.
    const as = { level: arrival(points, index, finalSigma) };
    const half = yield { type: 'arrived', x: combine([1, middle - sigma], [x, slope]), sigma: middle, as };
    const there = noiseIn(
      half,
      yield { type: 'denoise', x: half, sigma: middle, timestep: timestepAt(middle) },
      middle,
    );
    x = combine([1, down - sigma], [x, there]);
    if (up > 0) x = combine([1, up], [x, yield { type: 'noise' }]);
    x = yield arrived(x, points, index, finalSigma);
  }
  return x;
};
