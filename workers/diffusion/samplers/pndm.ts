/**
 * PLMS, the pseudo linear multistep method: Liu et al. 2022 (arXiv 2202.09778), algorithm 2, started as
 * `PNDMScheduler.step_plms` of diffusers 0.42.1 does with skip_prk_steps: the first step is Heun's (two evaluations),
 * the next two use the multistep formulas that their history allows. Order 2, and 3 where the sigmas are evenly spaced.
 */
import type { Latents } from '../latents';
import type { Sampler } from '../sampler';
import { arrival, noiseIn, transfer } from '../transfer';
import { combine } from '../vector';

/** Weights of the newest noise and of those before it, by length of history. */
const ADAMS_BASHFORTH = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
] as const;

export const pndm: Sampler = function* (x, { points, finalSigma }) {
  const start = { x, sigma: points[0]?.sigma ?? finalSigma };
  let history: Latents[] = [];
  for (const [index, { sigma, timestep, from }] of points.entries()) {
    const noise = noiseIn(x, yield { type: 'denoise', x, sigma, timestep }, sigma);
    const to = arrival(points, index, finalSigma);
    if (index === 1) {
      const mean = combine([1 / 2, 1 / 2], [noise, history[0]!]);
      x = transfer(start.x, start.sigma, to, mean, from);
    } else {
      history = [noise, ...history.slice(0, 3)];
      x = transfer(x, sigma, to, combine(ADAMS_BASHFORTH[history.length - 1]!, history), from);
    }
  }
  return x;
};
