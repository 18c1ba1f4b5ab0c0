/** Samplers, spacings and sources of random numbers by stable-diffusion-webui's names (its modules/sd_samplers*.py, sd_schedulers.py, 1.10). */
import type { HiresUpscaler } from '../api/hires';
import type { MaskedContent } from '../api/inpaint';
import type { RandomSource, SchedulerName, SigmaSpacing } from '../api/sampling';

/** Those that it does not have are named the way it would. */
export const SAMPLER_NAMES: Readonly<Record<SchedulerName, string>> = {
  pndm: 'PLMS',
  ddim: 'DDIM',
  ddpm: 'DDPM',
  euler: 'Euler',
  euler_a: 'Euler a',
  heun: 'Heun',
  lms: 'LMS',
  dpm2: 'DPM2',
  dpm2_a: 'DPM2 a',
  dpmpp_2m: 'DPM++ 2M',
  dpmpp_sde: 'DPM++ SDE',
  dpmpp_2m_sde: 'DPM++ 2M SDE',
  dpmpp_3m_sde: 'DPM++ 3M SDE',
  unipc: 'UniPC',
  deis: 'DEIS',
  lcm: 'LCM',
  tcd: 'TCD',
};

export const SIGMA_NAMES: Readonly<Record<SigmaSpacing, string>> = {
  model: 'Uniform',
  karras: 'Karras',
  exponential: 'Exponential',
  sgm_uniform: 'SGM Uniform',
  align_your_steps: 'Align Your Steps',
};

/** `NV` are a CUDA device's numbers, computed on the CPU; nobody else has a name for ComfyUI's. */
export const RNG_NAMES: Readonly<Record<RandomSource, string>> = { torch: 'CPU', philox: 'NV', comfy: 'ComfyUI' };

export const UPSCALER_NAMES: Readonly<Record<HiresUpscaler, string>> = {
  latent: 'Latent',
  latent_antialiased: 'Latent (antialiased)',
  latent_bicubic: 'Latent (bicubic)',
  latent_bicubic_antialiased: 'Latent (bicubic antialiased)',
  latent_nearest: 'Latent (nearest)',
  latent_nearest_exact: 'Latent (nearest-exact)',
  lanczos: 'Lanczos',
  nearest: 'Nearest',
};

export const CONTENT_NAMES: Readonly<Record<MaskedContent, string>> = {
  fill: 'fill',
  original: 'original',
  latent_noise: 'latent noise',
  latent_nothing: 'latent nothing',
};

export interface NamedSampler {
  readonly scheduler: SchedulerName;
  readonly sigmas: SigmaSpacing;
}

/** "Schedule type", said where its silence would mean another: {@link samplerNamed}. */
export const scheduleType = (scheduler: SchedulerName, sigmas: SigmaSpacing): string | undefined =>
  sigmas === 'model' && AUTOMATIC[scheduler] === undefined ? undefined : SIGMA_NAMES[sigmas];

/**
 * The sampler that `name` means, with its "Schedule type", which is automatic where none is said (`parse_generation_parameters` in its
 * modules/infotext_utils.py, 1.10). Up to 1.8 (`version`) it was the end of the sampler's own name, and without one it was uniform, which
 * its own reader has forgotten. `undefined` for a sampler or a spacing that we do not have.
 */
export function samplerNamed(name: string, type?: string, version = ''): NamedSampler | undefined {
  const [, plain = name, last] = /^(.*) (Karras|Exponential)$/.exec(name) ?? [];
  const scheduler = plain === 'PNDM' ? 'pndm' : keyOf(SAMPLER_NAMES, plain);
  if (!scheduler) return undefined;
  const spacing = last ?? type ?? (BEFORE_TYPES.test(version) ? 'Uniform' : 'Automatic');
  const sigmas = spacing === 'Automatic' ? (AUTOMATIC[scheduler] ?? 'model') : keyOf(SIGMA_NAMES, spacing);
  return sigmas && { scheduler, sigmas };
}

export const rngNamed = (name: string): RandomSource | undefined =>
  name === 'GPU' ? 'philox' : keyOf(RNG_NAMES, name);

/** Versions without a "Schedule type". */
const BEFORE_TYPES = /^v?1\.[0-8](\D|$)/;

/** What "Automatic" is, where it is not uniform (`samplers_k_diffusion` in its modules/sd_samplers_kdiffusion.py, 1.10). */
const AUTOMATIC: Readonly<Partial<Record<SchedulerName, SigmaSpacing>>> = {
  dpm2: 'karras',
  dpm2_a: 'karras',
  dpmpp_2m: 'karras',
  dpmpp_sde: 'karras',
  dpmpp_2m_sde: 'exponential',
  dpmpp_3m_sde: 'exponential',
};

export const upscalerNamed = (name: string): HiresUpscaler | undefined => keyOf(UPSCALER_NAMES, name);

export const contentNamed = (name: string): MaskedContent | undefined => keyOf(CONTENT_NAMES, name);

const keyOf = <Key extends string>(names: Readonly<Record<Key, string>>, name: string): Key | undefined =>
  (Object.keys(names) as Key[]).find((key) => names[key] === name);
