/**
 * UniPC of order 2: Zhao et al. 2023 (arXiv 2302.04867), algorithms 1 and 2 with B(h) = e^h - 1 ("bh2") and data
 * prediction; `UniPCMultistepScheduler.step` in diffusers 0.42.1. Each evaluation first corrects the step that led to
 * it, then predicts the next. Order 2, and 3 for the corrected points between the first and the last.
 */
import type { Latents } from '../latents';
import type { Sampler } from '../sampler';
import { arrival, arrived } from '../transfer';
import { combine } from '../vector';

/** A step that is being taken: from where, with which estimates (newest first), at which distance in λ of the older. */
interface Step {
  readonly x: Latents;
  readonly left: number;
  readonly estimates: readonly Latents[];
  /** `(λ1 - λ0) / h` of the older estimate. */
  readonly r: number;
}

export const unipc: Sampler = function* (x, { points, finalSigma }) {
  let step: Step | undefined;
  for (const [index, { sigma, timestep }] of points.entries()) {
    const denoised = yield { type: 'denoise', x, sigma, timestep };
    if (step) x = corrected(step, denoised);
    const left = arrival(points, index, finalSigma) / sigma;
    const before = left > 0 ? step?.estimates[0] : undefined;
    const r = before ? Math.log(sigma / points[index - 1]!.sigma) / -Math.log(left) : 0;
    step = { x, left, estimates: before ? [denoised, before] : [denoised], r };
    x = predicted(step);
    x = yield arrived(x, points, index, finalSigma);
  }
  return x;
};

/** UniP: `σ'/σ x + (1 - σ'/σ) (m0 + D1 / 2)`, where `D1 = (m1 - m0) / r`. */
function predicted({ x, left, estimates, r }: Step): Latents {
  const half = estimates.length > 1 ? 0.5 / r : 0;
  return combine([left, ...[1 - half, half].map((w) => w * (1 - left)).slice(0, estimates.length)], [x, ...estimates]);
}

/** UniC: the same with the estimate at the end of the step, of one order more. */
function corrected({ x, left, estimates, r }: Step, there: Latents): Latents {
  const h = Math.log(left); // hh = -h in the paper's letters.
  const b1 = (Math.expm1(h) / h - 1) / Math.expm1(h);
  const b2 = ((Math.expm1(h) / h - 1) / h - 1 / 2) * (2 / Math.expm1(h));
  const old = estimates.length > 1 ? (b1 - b2) / (1 - r) : 0;
  const now = estimates.length > 1 ? b1 - old : 0.5;
  const weights = [1 - now - (r ? old / r : 0), ...(r ? [old / r] : []), now].map((weight) => weight * (1 - left));
  return combine([left, ...weights], [x, ...estimates, there]);
}
