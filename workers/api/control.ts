/** ControlNets that steer a picture by other pictures: the part of an `ImageRequest` that no file of settings holds whole. */
import type { InitImage } from './images';

export interface ChosenControl {
  /** Of the ControlNet, as whoever opened it calls it. */
  readonly name: string;
  /** What it is to follow, of any size: edges, depths, a pose. It is brought to the size that is drawn. */
  readonly image: InitImage;
  /** How much it counts, in [0, 10]; 1 by default. diffusers' `controlnet_conditioning_scale`, stable-diffusion-webui's "weight". */
  readonly weight?: number;
  /**
   * In which part of the network's calls, fractions in [0, 1]: from the first that begins at `start` or later to the last that ends by `end`;
   * all by default. diffusers' `control_guidance_start` and `control_guidance_end`.
   */
  readonly start?: number;
  readonly end?: number;
}

export interface ControlRequest {
  /** What they make is added up. Not with `cacheInterval`. */
  readonly controls?: readonly ChosenControl[];
  /**
   * Steers the passes with the prompt alone, the less the finer: for prompts that say little. diffusers' `guess_mode`. Not with `one-call`.
   */
  readonly controlGuess?: boolean;
}
