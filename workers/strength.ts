/** How much of the picture to begin from is given up, in steps. */
import type { ImageRequest } from './api';
import { skippedSteps } from './diffusion/known';

export const strengthOf = ({ strength, maskImage, outpaint }: Partial<ImageRequest>): number =>
  strength ?? (maskImage && !outpaint ? 1 : 0.8);

/** Steps left out at the beginning; none where there is no picture. */
export const skipOf = (request: Pick<ImageRequest, 'steps'> & Partial<ImageRequest>): number =>
  request.initImage ? skippedSteps(request.steps, strengthOf(request)) : 0;

/** Whether the latents of the picture itself are drawn, the first of all that is random. */
export const isEncoded = (request: ImageRequest, inpaints: boolean): boolean =>
  request.initImage !== undefined && !(inpaints && strengthOf(request) === 1);
