/** The part of an `ImageRequest` that changes the UNet itself. */
import type { FreeU } from '../../models/graph/freeu';

export interface FreeURequest {
  /**
   * Factors, each above 0 and up to 4, of what comes from below (b1, b2) and of the lowest frequencies of what comes across (s1, s2) in the two
   * coarsest stages of the UNet's way up; 1 leaves things as they are. diffusers' `enable_freeu`; Si et al. 2023 (arXiv 2309.11497) propose 1.5,
   * 1.6, 0.9, 0.2 for Stable Diffusion 1.5.
   */
  readonly freeu?: FreeU;
}
