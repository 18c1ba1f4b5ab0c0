/** A picture drawn twice: at its size, then, brought to a larger one, once more in part. The part of an `ImageRequest` that stable-diffusion-webui calls "Hires. fix". */

/**
 * How the first pass is brought to the size of the second. `latent…`: its latents, bilinear, bicubic or the nearest, as torch
 * interpolates them; else its pixels, which are decoded before and encoded behind, as Pillow resizes them.
 */
export type HiresUpscaler =
  | 'latent'
  | 'latent_antialiased'
  | 'latent_bicubic'
  | 'latent_bicubic_antialiased'
  | 'latent_nearest'
  | 'latent_nearest_exact'
  | 'lanczos'
  | 'nearest';

export interface HiresRequest {
  /** How many times as wide and high the second pass is, in [1, 8]; `width` and `height` are the first's. Sides go down to multiples of 8, up to 2048. */
  readonly hiresScale?: number;
  /**
   * In place of a scale: its size, multiples of 8 up to 2048, no side smaller than the first's. Of another shape, the first pass is brought to
   * where it covers it, and what is beyond is cut off evenly.
   */
  readonly hiresSize?: { readonly width: number; readonly height: number };
  /** `latent` by default. */
  readonly hiresUpscaler?: HiresUpscaler;
  /** Steps of the second pass; 0, the default: as many as of the first. */
  readonly hiresSteps?: number;
  /** How much of the first pass is given up, in (0, 1]: the schedule has so many more steps that those drawn are this part of it. 0.7 by default. */
  readonly hiresStrength?: number;
}
