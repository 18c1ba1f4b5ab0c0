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
  readonly rescaleBetasZeroSnr?: boolean;
}

/** What diffusers puts in the place of 0 (float16's least number) where its arithmetic would have an infinite sigma. */
const NEARLY_NOTHING = 2 ** -24;

/** `alphasCumprod[t]`, `[numTrainTimesteps]`, falling from nearly 1; to `last` where the last timestep is pure noise. */
export function alphasCumprod(config: BetaSchedule, last = NEARLY_NOTHING): Float32Array {
  const { numTrainTimesteps, betaStart, betaEnd, betaSchedule, rescaleBetasZeroSnr = false } = config;
  const betas =
    betaSchedule === 'linear'
      ? linspace(betaStart, betaEnd, numTrainTimesteps)
      : linspace(betaStart ** 0.5, betaEnd ** 0.5, numTrainTimesteps).map((root) => root * root);
  const alphas = betas.map((beta) => 1 - beta);
  if (!rescaleBetasZeroSnr) return products(alphas);
  const rescaled = products(zeroTerminalSnr(products(alphas)));
  rescaled[rescaled.length - 1] = last;
  return rescaled;
}

/** `torch.cumprod`: float64 inside. */
function products(alphas: Float32Array): Float32Array {
  let product = 1;
  return alphas.map((alpha) => {
    product *= alpha;
    return product;
  });
}

/**
 * Lin et al. 2024 (arXiv 2305.08891), algorithm 1, as `rescale_zero_terminal_snr` of diffusers 0.42.1 does it in float32:
 * the roots of alphaCumprod are moved down to end at 0 and stretched to begin where they began. Returns alphas.
 */
function zeroTerminalSnr(alphaBars: Float32Array): Float32Array {
  const { fround } = Math;
  const roots = alphaBars.map(Math.sqrt);
  const [first, last] = [roots[0]!, roots.at(-1)!];
  const stretch = fround(first / fround(first - last));
  const bars = roots.map((root) => fround(fround(root - last) * stretch) ** 2);
  const betas = bars.map((bar, t) => 1 - fround(t === 0 ? bar : bar / bars[t - 1]!));
  return betas.map((beta) => 1 - beta);
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
