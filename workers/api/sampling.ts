/** How the picture is drawn out of noise: the part of an `ImageRequest` that other programs know by the same names. */

/** Names as in diffusers and k-diffusion, lower case; `_a` is ancestral. */
export type SchedulerName =
  | 'pndm'
  | 'ddim'
  | 'ddpm'
  | 'euler'
  | 'euler_a'
  | 'heun'
  | 'lms'
  | 'dpm2'
  | 'dpm2_a'
  | 'dpmpp_2m'
  | 'dpmpp_sde'
  | 'dpmpp_2m_sde'
  | 'dpmpp_3m_sde'
  | 'unipc'
  | 'deis'
  | 'lcm'
  | 'tcd';

/** Which noise levels a sampler goes through; `model`: those of the model's own timesteps. */
export type SigmaSpacing = 'model' | 'karras' | 'exponential' | 'sgm_uniform' | 'align_your_steps';

/** How a model's own timesteps are spaced (Lin et al. 2024, arXiv 2305.08891, table 2); diffusers' `timestep_spacing`. */
export type TimestepSpacing = 'leading' | 'linspace' | 'trailing';

/** Whose random numbers: diffusers' on the CPU, a CUDA device's (stable-diffusion-webui's), ComfyUI's on the CPU. */
export type RandomSource = 'torch' | 'philox' | 'comfy';

export interface SamplingRequest {
  readonly scheduler: SchedulerName;
  /** Denoising steps, integer in [1, 1000]; up to 50 with `lcm` and `tcd`. */
  readonly steps: number;
  /** `model` by default. Samplers that step from timestep to timestep (pndm, ddim, ddpm, lcm, tcd) have no other. */
  readonly sigmas?: SigmaSpacing;
  /** In the place of what the model's scheduler config says: models of one to eight steps want `trailing`. Not of `lcm` and `tcd`. */
  readonly timestepSpacing?: TimestepSpacing;
  /**
   * The very timesteps, one for each step, falling integers below 1000: diffusers' `timesteps`. Of `ddpm`, `euler`, `heun`, `dpmpp_2m`,
   * `dpmpp_2m_sde`, `dpmpp_3m_sde`, `lcm` and `tcd`, with the `model`'s noise levels.
   */
  readonly timesteps?: readonly number[];
  /** How much of the noise is fresh in each step, in [0, 1]: of `ddim` (by default 0) and `tcd` (0.3). */
  readonly eta?: number;
  /**
   * Integer in [0, 2^53). Picture `k` of a batch uses `seed + k`; with `comfy` all of a batch share the seed, and with a
   * variation they share it too and differ by `subseed + k`.
   */
  readonly seed: number;
  /** `torch` by default. */
  readonly rng?: RandomSource;
  /** How far the first noise is turned towards that of `subseed`, in [0, 1]; 0 by default. */
  readonly subseedStrength?: number;
  /** Integer in [0, 2^53); needed where `subseedStrength` is above 0. */
  readonly subseed?: number;
  /** Integer in [1, 64]. */
  readonly numImages: number;
  /** Draws this picture of the batch alone, the same as among the others: integer in [0, numImages). */
  readonly only?: number;
}
