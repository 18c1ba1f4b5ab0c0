/** What is done with a mask where a request does not say. */
import type { ImageRequest, InpaintRequest, MaskedContent } from '../api';

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
