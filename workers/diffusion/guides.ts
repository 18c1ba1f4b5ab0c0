/**
 * Classifier-free guidance: one prediction made of two, whatever it is that the network predicts, or one estimate of x0. Ho and Salimans 2022
 * (arXiv 2207.12598), eq. 6 in the form of diffusers' `StableDiffusionPipeline`.
 */
import type { Latents } from './latents';
import { combine, scale } from './vector';

/** How a step is guided: `guide`, and what it is shown: `predictions` of the network, or the `estimates` of x0 that follow from them. */
export interface Guidance {
  readonly guide: Guide;
  readonly of: 'predictions' | 'estimates';
}

/** What comes without the prompt, or with the negative one, what with it, and, where that is asked for, what with an empty one. */
export type Guide = (unconditional: Latents, conditional: Latents, empty?: Latents) => Latents;

/** `unconditional + guidanceScale · (conditional - unconditional)`. */
export const guided =
  (guidanceScale: number): Guide =>
  (unconditional, conditional) =>
    combine([1 - guidanceScale, guidanceScale], [unconditional, conditional]);

/**
 * What several prompts ask for, as if it were one: `unconditional + Σ weight · (conditional - unconditional)`, before any guidance, which
 * makes of it what `combine_denoised` of stable-diffusion-webui's sd_samplers_cfg_denoiser.py (1.10) does.
 */
export function composition(
  unconditional: Latents,
  conditionals: readonly Latents[],
  weights: readonly number[],
): Latents {
  const rest = weights.reduce((left, weight) => left - weight, 1);
  return combine([rest, ...weights], [unconditional, ...conditionals]);
}

/**
 * What `guide` makes of them, brought back to the deviation of the conditional prediction, by `rescale` in [0, 1] of the
 * way. Lin et al. 2023 (arXiv 2305.08891), eq. 15 and 16; `rescale_noise_cfg` of diffusers 0.42.1. What has no deviation stays.
 */
export const rescaled =
  (guide: Guide, rescale: number): Guide =>
  (unconditional, conditional, empty) => {
    const noise = guide(unconditional, conditional, empty);
    const deviation = deviationOf(noise.data);
    if (deviation === 0) return noise;
    return scale(rescale * (deviationOf(conditional.data) / deviation) + 1 - rescale, noise);
  };

/** Of the population: torch divides by one less, which the quotient of two does not see. */
function deviationOf(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/**
 * Seen from what comes with an empty prompt, away from the negative one by `weight`, and only as far as that is not the prompt's own
 * direction: `empty + guidanceScale · (prompt - weight · (negative ⊥ prompt))`. Perp-Neg, Armandpour et al. 2023 (arXiv
 * 2304.04968), section 4.2, as ComfyUI's `perp_neg` (nodes_perpneg.py, 041b882) has it, of one negative prompt.
 */
export const perpendicular =
  (guidanceScale: number, weight: number): Guide =>
  (unconditional, conditional, empty) => {
    if (!empty) throw new RangeError('perpendicular: nothing of an empty prompt');
    const prompt = combine([1, -1], [conditional, empty]);
    const negative = combine([1, -1], [unconditional, empty]);
    const length = dot(prompt, prompt);
    const along = length === 0 ? 0 : dot(negative, prompt) / length;
    const away = guidanceScale * weight;
    return combine([1, guidanceScale + away * along, -away], [empty, prompt, negative]);
  };

const dot = (a: Latents, b: Latents): number => a.data.reduce((sum, value, i) => sum + value * b.data[i]!, 0);

/** Elements of a channel, in what `mimicked` makes of both. */
interface Centered {
  readonly mean: number;
  /** Less the mean. */
  readonly values: Float64Array;
}

/**
 * As far as `guidanceScale` goes, but no wider than `mimicScale` would: of estimates of x0, channel by channel, what is beyond
 * the `percentile`-th part of its own distances from the mean is cut off, and the rest shrunk so that it spans what it would span
 * at `mimicScale`. Dynamic thresholding (Saharia et al. 2022, arXiv 2205.11487, section 2.3) as mcmonkey's
 * sd-dynamic-thresholding (73e4e04) does it for latents by default: constant scales, about the mean, by the absolute deviation.
 */
export const mimicked =
  (guidanceScale: number, mimicScale: number, percentile: number): Guide =>
  (unconditional, conditional) => {
    const [far, near] = [guidanceScale, mimicScale].map((each) => guided(each)(unconditional, conditional));
    const { shape } = far!;
    const size = shape[2] * shape[3];
    const data = new Float32Array(far!.data.length);
    for (let start = 0; start < data.length; start += size) {
      const [wide, narrow] = [far!, near!].map((each) => centered(each.data.subarray(start, start + size)));
      const span = quantile(distances(narrow!), 1);
      const most = Math.max(span, quantile(distances(wide!), percentile / 100));
      const factor = most === 0 ? 0 : span / most;
      data.set(
        wide!.values.map((value) => wide!.mean + Math.max(-most, Math.min(most, value)) * factor),
        start,
      );
    }
    return { shape, data };
  };

function centered(channel: Float32Array): Centered {
  const mean = channel.reduce((sum, value) => sum + value, 0) / channel.length;
  return { mean, values: Float64Array.from(channel, (value) => value - mean) };
}

/** In ascending order. */
const distances = ({ values }: Centered): Float64Array => values.map(Math.abs).sort();

/** Linear between two, as torch.quantile's. */
function quantile(ascending: Float64Array, part: number): number {
  const place = part * (ascending.length - 1);
  const below = ascending[Math.floor(place)]!;
  return below + (place % 1) * (ascending[Math.ceil(place)]! - below);
}
