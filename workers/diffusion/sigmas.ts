/**
 * Noise levels that a schedule can go through in place of those that the model's own timesteps have, newest first,
 * that is falling, without the 0 at the end.
 */
const { fround } = Math;

/** `model`: as the model's scheduler config spaces its timesteps (leading, linspace or trailing). */
export type SigmaSpacing = 'model' | 'karras' | 'exponential' | 'sgm_uniform' | 'align_your_steps';

/** Karras et al. 2022 (arXiv 2206.00364), eq. 5 with ρ = 7: `_convert_to_karras` of diffusers, `get_sigmas_karras`. */
function karras(steps: number, largest: number, smallest: number): number[] {
  const [from, to] = [largest ** (1 / 7), smallest ** (1 / 7)];
  return ramp(steps).map((t) => (from + t * (to - from)) ** 7);
}

/** Even in log σ: `_convert_to_exponential` of diffusers, `get_sigmas_exponential` of k-diffusion. */
function exponential(steps: number, largest: number, smallest: number): number[] {
  const [from, to] = [Math.log(largest), Math.log(smallest)];
  return ramp(steps).map((t) => Math.exp(from + t * (to - from)));
}

/** Timesteps evenly from the last, without the 0 that would end them: stable-diffusion-webui's and ComfyUI's `sgm_uniform`. */
function sgmUniform(steps: number, logs: Float32Array): number[] {
  const last = logs.length - 1;
  return Array.from({ length: steps }, (_, i) => Math.exp(interpolate(logs, last - (i * last) / steps)));
}

/** Sabour et al. 2024 (arXiv 2404.14507) for Stable Diffusion 1.5; diffusers' `AysSchedules`, and the level before 0. */
const ALIGNED = [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029];

/**
 * The published ten levels, for any other number of steps on the line in log σ through them, as ComfyUI does; the step from
 * the last goes to 0. stable-diffusion-webui has one level fewer in between, and the published last one before 0.
 */
function alignYourSteps(steps: number): number[] {
  const logs = Float64Array.from(ALIGNED, Math.log);
  return Array.from({ length: steps }, (_, i) => Math.exp(interpolate(logs, (i * (ALIGNED.length - 1)) / steps)));
}

/** The sigmas that a model was trained with, `[numTrainTimesteps]`, rising, rounded wherever torch rounds to float32. */
export interface TrainedSigmas {
  readonly sigmas: Float32Array;
  readonly logs: Float32Array;
}

export function trainedSigmas(alphas: Float32Array): TrainedSigmas {
  const sigmas = alphas.map((alpha) => Math.sqrt(fround(fround(1 - alpha) / alpha)));
  return { sigmas, logs: sigmas.map(Math.log) };
}

/** `steps` levels; `ends` are those that Karras's and the exponential ones begin and end with. */
export function spacedSigmas(
  spacing: Exclude<SigmaSpacing, 'model'>,
  steps: number,
  { largest, smallest }: { readonly largest: number; readonly smallest: number },
  { logs }: TrainedSigmas,
): number[] {
  if (spacing === 'karras') return karras(steps, largest, smallest);
  if (spacing === 'exponential') return exponential(steps, largest, smallest);
  if (spacing === 'sgm_uniform') return sgmUniform(steps, logs);
  return alignYourSteps(steps);
}

/** The timestep of a noise level, with its fraction on the line in log σ: `_sigma_to_t` of diffusers 0.42.1. */
export function timestepOf(sigma: number, { logs }: TrainedSigmas): number {
  const log = Math.log(Math.max(sigma, 1e-10));
  const above = logs.findIndex((each) => each > log);
  const low = Math.min(Math.max((above < 0 ? logs.length : above) - 1, 0), logs.length - 2);
  const part = (logs[low]! - log) / (logs[low]! - logs[low + 1]!);
  return low + Math.min(Math.max(part, 0), 1);
}

/** `numpy.interp(at, arange(table.length), table)`: constant beyond both ends. */
export function interpolate(table: Float32Array | Float64Array, at: number): number {
  const t = Math.min(Math.max(at, 0), table.length - 1);
  const low = Math.min(Math.floor(t), table.length - 2);
  return table[low]! + (t - low) * (table[low + 1]! - table[low]!);
}

/** `numpy.linspace(0, 1, steps)`; a single one is 0. */
const ramp = (steps: number): number[] => Array.from({ length: steps }, (_, i) => (steps === 1 ? 0 : i / (steps - 1)));
