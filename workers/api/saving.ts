/** What of the work is left out for speed: the part of an `ImageRequest` that makes another picture, nearly the same. */
export interface SavingRequest {
  /**
   * The UNet's deep layers are computed in every so many calls of the denoiser only, and what they made is kept in between: integer
   * in [1, 20]; 1, the default, leaves nothing out. DeepCache, Ma et al. 2023 (arXiv 2312.00858), `cache_interval` of its package.
   */
  readonly cacheInterval?: number;
  /**
   * Where the deep layers begin, counted from the outermost skip: integer from 0, the default and the fastest, to one less than the
   * UNet's skips (12). `cache_branch_id` of that package.
   */
  readonly cacheBranch?: number;
  /**
   * How much of the finest level's tokens is merged with others for self-attention, in [0, 0.75]; 0, the default: nothing. Bolya and
   * Hoffman 2023 (arXiv 2303.17604), "Token merging ratio" of stable-diffusion-webui, by tomesd for one picture at a time.
   */
  readonly tokenMergingRatio?: number;
}
