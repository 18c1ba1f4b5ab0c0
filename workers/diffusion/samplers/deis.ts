/**
 * DEIS, "log-rho" and of order 2: Zhang and Chen 2023 (arXiv 2204.13902), eq. 15 and appendix; `DEISMultistepScheduler.step`
 * in diffusers 0.42.1. The noise is a line in log σ through the last two predictions, integrated over σ exactly. Order 2.
 */
import type { Latents } from '../latents';
import type { Sampler } from '../sampler';
import { arrival, arrived, noiseIn } from '../transfer';
import { combine } from '../vector';

/** Up to so many steps diffusers makes the last one of order 1. */
const FEW_STEPS = 14;

export const deis: Sampler = function* (x, { points, finalSigma, skipped = [] }) {
  let before: Latents | undefined;
  for (const [index, { sigma, timestep }] of points.entries()) {
    const noise = noiseIn(x, yield { type: 'denoise', x, sigma, timestep }, sigma);
    const to = arrival(points, index, finalSigma);
    const lowered = index === points.length - 1 && skipped.length + points.length <= FEW_STEPS;
    if (before && !lowered) {
      const older = lineIntegral(sigma, to, points[index - 1]!.sigma);
      x = combine([1, to - sigma - older, older], [x, noise, before]);
    } else x = combine([1, to - sigma], [x, noise]);
    before = noise;
    x = yield arrived(x, points, index, finalSigma);
  }
  return x;
};

/** ∫ from `sigma` to `to` of the line in log σ that is 1 at `older` and 0 at `sigma`. */
function lineIntegral(sigma: number, to: number, older: number): number {
  if (to === sigma) return 0;
  return (to * Math.log(to / sigma) - (to - sigma)) / Math.log(older / sigma);
}
