/**
 * The linear multistep method of k-diffusion (`sample_lms`) and `LMSDiscreteScheduler` in diffusers 0.42.1: Adams-Bashforth
 * of order 4 for uneven steps, its weights the integrals of Lagrange's polynomials over the step. Order 4 but for its
 * start, whose first step is Euler's: that leaves 2.
 */
import type { Latents } from '../latents';
import type { Sampler } from '../sampler';
import { arrival, arrived, noiseIn } from '../transfer';
import { combine } from '../vector';

const ORDER = 4;

export const lms: Sampler = function* (x, { points, finalSigma }) {
  let slopes: Latents[] = [];
  for (const [index, { sigma, timestep }] of points.entries()) {
    slopes = [noiseIn(x, yield { type: 'denoise', x, sigma, timestep }, sigma), ...slopes.slice(0, ORDER - 1)];
    const nodes = slopes.map((_, back) => points[index - back]!.sigma);
    const to = arrival(points, index, finalSigma);
    x = combine([1, ...nodes.map((_, j) => integral(nodes, j, sigma, to))], [x, ...slopes]);
    x = yield arrived(x, points, index, finalSigma);
  }
  return x;
};

/** ∫ of the polynomial that is 1 at `nodes[j]` and 0 at the others; two Gauss points are exact up to degree 3. */
function integral(nodes: readonly number[], j: number, from: number, to: number): number {
  const [middle, half] = [(from + to) / 2, (to - from) / 2];
  const at = (tau: number): number =>
    nodes.reduce((product, node, k) => (k === j ? product : (product * (tau - node)) / (nodes[j]! - node)), 1);
  return half * (at(middle - half / Math.sqrt(3)) + at(middle + half / Math.sqrt(3)));
}
