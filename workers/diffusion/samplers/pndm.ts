/**
 * PLMS, the pseudo linear multistep method: Liu et al. 2022 (arXiv 2202.09778), algorithm 2, started as
 * `PNDMScheduler.step_plms` of diffusers 0.42.1 does with skip_prk_steps: the first step is Heun's (two evaluations),
 * the next two use the multistep formulas that their history allows. Order 2, and 3 where the sigmas are evenly spaced.
 *
 * The history holds what the network predicts. Of v-prediction diffusers mixes the v's and only then asks what noise
 * that is for the newest sample, which costs the order (1 is left); so do we, to draw what it draws.
 */
import type { Latents } from '../latents';
import type { Sampler } from '../sampler';
import { arrival, arrived, noiseOf, predictionIn, transfer } from '../transfer';
import { combine } from '../vector';

/** Weights of the newest prediction and of those before it, by length of history. */
const ADAMS_BASHFORTH = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
] as const;

export const pndm: Sampler = function* (x, { points, finalSigma, predictionType }) {
  const start = { x, sigma: points[0]?.sigma ?? finalSigma };
  let history: Latents[] = [];
  for (const [index, { sigma, timestep, from }] of points.entries()) {
    const within = index === 0 && points.length > 1 ? ({ within: true } as const) : {};
    const predicted = predictionIn(x, yield { type: 'denoise', x, sigma, timestep, ...within }, sigma, predictionType);
    const to = arrival(points, index, finalSigma);
    if (index === 1) {
      const mean = combine([1 / 2, 1 / 2], [predicted, history[0]!]);
      x = transfer(start.x, start.sigma, to, noiseOf(mean, start.x, start.sigma, from, predictionType), from);
    } else {
      history = [predicted, ...history.slice(0, 3)];
      const mixed = combine(ADAMS_BASHFORTH[history.length - 1]!, history);
      x = transfer(x, sigma, to, noiseOf(mixed, x, sigma, from, predictionType), from);
    }
    x = yield arrived(x, points, index, finalSigma);
  }
  return x;
};
