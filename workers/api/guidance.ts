/** What guidance does besides following its scale: the part of an `ImageRequest` that few ask for. None of it matters where nothing is guided. */
export interface GuidanceRequest {
  /**
   * How far guided noise is brought back to the deviation of the prompt's own, in [0, 1]; 0 by default. Lin et al. 2023
   * (arXiv 2305.08891), eq. 15 and 16, who propose 0.7.
   */
  readonly guidanceRescale?: number;
  /**
   * Guided are only steps from `start` to before `stop`, fractions of the whole schedule in [0, 1] of which step ⌊start · steps⌋,
   * counted from 0, is the first; the others are computed with the prompt alone, in half the time. All by default.
   * Kynkäänniemi et al. 2024 (arXiv 2404.07724), by steps as diffusers' guiders have it. Not with `one-call`.
   */
  readonly guidanceInterval?: readonly [start: number, stop: number];
  /**
   * Follows `guidanceScale`, but keeps every channel of the latents as wide as this scale would leave it, in [0, 100]: against
   * the colors of high guidance. As sd-dynamic-thresholding for stable-diffusion-webui does by default ("Mimic CFG Scale").
   */
  readonly mimicScale?: number;
  /** With `mimicScale`: what is farther out than so many percent of a channel is cut off, in [0, 100]; 100 by default. */
  readonly mimicPercentile?: number;
  /**
   * Weight of the negative prompt, in [0, 100], where it pushes only across the prompt's own direction and never against it: Perp-Neg,
   * Armandpour et al. 2023 (arXiv 2304.04968), as ComfyUI's node has it. A step then takes three calls in place of two,
   * the third for an empty prompt; with an empty negative prompt it is plain guidance. Not with `one-call`.
   */
  readonly perpendicularNegative?: number;
}
