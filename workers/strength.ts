/** How much of the picture to begin from is given up, in steps, and what stands in the rest of it by default. */
import type { ImageRequest, InpaintRequest, MaskedContent } from './api';
import { skippedSteps } from './diffusion/known';

export const strengthOf = ({ strength, maskImage, outpaint }: ImageRequest): number =>
  strength ?? (maskImage && !outpaint ? 1 : 0.8);

/** Pixels; of an edge of a picture that goes on as many as stable-diffusion-webui blurs there. */
export const maskBlurOf = ({ maskBlur, outpaint }: InpaintRequest): number => maskBlur ?? (outpaint ? 8 : 0);

export const maskedContentOf = ({ maskedContent, outpaint }: InpaintRequest): MaskedContent =>
  maskedContent ?? (outpaint ? 'fill' : 'original');

/** Whether anything is to be done with picture and mask before they are encoded, or with what is drawn of them. */
export const isPrepared = (request: ImageRequest): boolean =>
  request.outpaint !== undefined ||
  request.inpaintPadding !== undefined ||
  request.invertMask === true ||
  maskBlurOf(request) > 0 ||
  maskedContentOf(request) === 'fill';

/** Steps left out at the beginning; none where there is no picture. */
export const skipOf = (request: ImageRequest): number =>
  request.initImage ? skippedSteps(request.steps, strengthOf(request)) : 0;

/** Whether the latents of the picture itself are drawn, the first of all that is random. */
export const isEncoded = (request: ImageRequest, inpaints: boolean): boolean =>
  request.initImage !== undefined && !(inpaints && strengthOf(request) === 1);
