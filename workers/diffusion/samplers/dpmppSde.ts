/**
 * DPM-Solver++ (2S) for the SDE: k-diffusion's `sample_dpmpp_sde` with r = 1/2 and eta = 1, after Lu et al. 2022
 * (arXiv 2211.01095); `DPMSolverSDEScheduler.step` in diffusers 0.42.1. Its noise is a Brownian path's, whose seed is
 * the picture's (`noise_sampler_seed` there). Two evaluations a step, one where it ends at 0.
 */
import type { Latents } from '../latents';
import type { Ask, Sampler } from '../sampler';
import { ancestralStep, arrival, arrived } from '../transfer';
import { combine } from '../vector';

const { fround } = Math;

export const dpmppSde: Sampler = function* (x, { points, finalSigma, timestepAt = () => 0 }) {
  for (const [index, { sigma, timestep }] of points.entries()) {
    const to = arrival(points, index, finalSigma);
    if (to === 0) return yield { type: 'denoise', x, sigma, timestep };
    const denoised = yield { type: 'denoise', x, sigma, timestep, within: true };
    const [from, middle, end] = throughLogs(sigma, to);
    const first = yield* step(x, denoised, from, middle);
    // diffusers takes the level of the whole step there.
    const half = yield { type: 'arrived', x: first, sigma: middle, as: { level: to } };
    const there = yield { type: 'denoise', x: half, sigma: middle, timestep: timestepAt(middle) };
    x = yield* step(x, there, from, end);
    x = yield arrived(x, points, index, finalSigma);
  }
  return x;
};

/** The exact step towards `denoised`, and the path's noise from `sigma` to `to`. */
function* step(x: Latents, denoised: Latents, sigma: number, to: number): Generator<Ask, Latents, Latents> {
  const { down, up } = ancestralStep(sigma, to, 1);
  const noise = yield { type: 'noise', path: [sigma, to] };
  return combine([down / sigma, 1 - down / sigma, up], [x, denoised, noise]);
}

/**
 * `sigma`, the geometric mean and `to`, as diffusers comes by them: through logarithms in float32. The path looks at the
 * sixth digit of a level, and a level that differs there is another piece of path.
 */
function throughLogs(sigma: number, to: number): [number, number, number] {
  const [start, end] = [fround(-Math.log(sigma)), fround(-Math.log(to))];
  const middle = fround(start + fround(fround(end - start) * 0.5));
  return [level(start), level(middle), level(end)];
}

const level = (t: number): number => fround(Math.exp(-t));
