/**
 * SDE-DPM-Solver++ of orders 2 and 3 with several steps' memory: Lu et al. 2022 (arXiv 2211.01095), section 4 and
 * appendix; `DPMSolverMultistepScheduler` in diffusers 0.42.1 with `sde-dpmsolver++` (midpoint, `solver_order` 2 and 3).
 * k-diffusion's `sample_dpmpp_2m_sde` is the same but for its noise (a Brownian path's where diffusers' is fresh).
 * Its `sample_dpmpp_3m_sde` takes +1/2 where diffusers' third-order term has -1/2; we draw what diffusers draws.
 */
import type { Latents } from '../latents';
import type { Sampler } from '../sampler';
import { arrival, arrived } from '../transfer';
import { combine } from '../vector';

/** Up to so many steps diffusers lowers the order towards the end. */
const FEW_STEPS = 14;

const multistepSde = (order: 2 | 3): Sampler =>
  function* (x, { points, finalSigma, skipped = [] }) {
    let history: Latents[] = [];
    for (const [index, { sigma, timestep }] of points.entries()) {
      history = [yield { type: 'denoise', x, sigma, timestep }, ...history].slice(0, order);
      const to = arrival(points, index, finalSigma);
      if (to === 0) return history[0]!;
      const few = skipped.length + points.length <= FEW_STEPS;
      const lowered = index === points.length - 2 && few ? 2 : order;
      const [h, ...steps] = [to, sigma, ...history.slice(1).map((_, back) => points[index - 1 - back]!.sigma)]
        .map((level) => -Math.log(level))
        .flatMap((lambda, i, all) => (i + 1 < all.length ? [lambda - all[i + 1]!] : []));
      const kept = Math.exp(-2 * h!);
      const estimates = history.slice(0, lowered);
      const weights = lowered === 3 && estimates.length === 3 ? third(h!, steps) : second(h!, steps, estimates.length);
      x = combine([(to / sigma) ** 2, ...weights], [x, ...estimates]);
      x = combine([1, to * Math.sqrt(1 - kept)], [x, yield { type: 'noise' }]);
      x = yield arrived(x, points, index, finalSigma);
    }
    return x;
  };

/** Weights of the estimates in `(1 - e^(-2h)) (D0 + D1 / 2)`, where `D1 = (m0 - m1) h / h0`. */
function second(h: number, [before]: readonly number[], count: number): number[] {
  const gone = -Math.expm1(-2 * h);
  if (count < 2) return [gone];
  const slope = (gone / 2) * (h / before!);
  return [gone + slope, -slope];
}

/** Weights of the three estimates: `D1` and `D2` of the divided differences, and diffusers' factors of them. */
function third(h: number, [h0, h1]: readonly number[]): number[] {
  const [r0, r1] = [h0! / h, h1! / h];
  const gone = -Math.expm1(-2 * h);
  const first = gone / (-2 * h) + 1;
  const curved = (gone - 2 * h) / (2 * h) ** 2 - 1 / 2;
  // D1 = a + (a - b) r0 / (r0 + r1) and D2 = (a - b) / (r0 + r1), with a = (m0 - m1) / r0, b = (m1 - m2) / r1.
  const a = first * (1 + r0 / (r0 + r1)) + curved / (r0 + r1);
  const b = (-first * r0 - curved) / (r0 + r1);
  return [gone + a / r0, -a / r0 + b / r1, -b / r1];
}

export const dpmpp2mSde = multistepSde(2);
export const dpmpp3mSde = multistepSde(3);
