/**
 * How much of the picture is left at each training timestep: Ho et al. 2020 (arXiv 2006.11239), eq. 4, and the linear
 * and "scaled linear" beta schedules of `PNDMScheduler.__init__` in diffusers 0.42.1. Rounded where torch rounds to
 * float32: near timestep 0 a last bit of alphaCumprod is a relative 1e-4 of 1 - alphaCumprod.
 */

/** The part of a `SchedulerConfig` that this needs. */
export interface BetaSchedule {
  readonly numTrainTimesteps: number;
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly betaSchedule: 'linear' | 'scaled_linear';
}

/** `alphasCumprod[t]`, `[numTrainTimesteps]`, falling from nearly 1. */
export function alphasCumprod({ numTrainTimesteps, betaStart, betaEnd, betaSchedule }: BetaSchedule): Float32Array {
  const betas =
    betaSchedule === 'linear'
      ? linspace(betaStart, betaEnd, numTrainTimesteps)
      : linspace(betaStart ** 0.5, betaEnd ** 0.5, numTrainTimesteps).map((root) => root * root);
  let product = 1;
  return betas.map((beta) => {
    product *= Math.fround(1 - beta);
    return product;
  });
}

/** The noise level of timestep `t` where `alphaCumprod` is left: `sqrt((1 - α) / α)`. */
export const sigmaOf = (alphaCumprod: number): number => Math.sqrt((1 - alphaCumprod) / alphaCumprod);

/** `torch.linspace(start, end, count)` in float32: up from the start, down from the end, each with one (fused) rounding. */
function linspace(start: number, end: number, count: number): Float32Array {
  const { fround } = Math;
  const first = fround(start);
  const last = fround(end);
  const step = fround(fround(last - first) / (count - 1));
  return Float32Array.from({ length: count }, (_, i) =>
    i < count >> 1 ? first + step * i : last - step * (count - 1 - i),
  );
}
