/**
 * How a part of a picture was drawn anew, in the words of stable-diffusion-webui's `parameters` text (1.8 and later). It has none for what goes
 * on beyond an edge.
 */
import type { InpaintRequest } from '../api';
import { DECIMAL, DIGITS } from './webuiForms';
import type { Said } from './webuiHires';
import { CONTENT_NAMES, contentNamed } from './webuiNames';

/** In its order; what is as always is not said. */
export function inpaintText(request: InpaintRequest): [string, string | number | undefined][] {
  const { maskBlur = 0, inpaintPadding, maskedContent = 'original', invertMask = false } = request;
  return [
    ['Mask blur', maskBlur > 0 ? maskBlur : undefined],
    ['Mask mode', invertMask ? NOT_MASKED : undefined],
    ['Inpaint area', inpaintPadding === undefined ? undefined : ONLY_MASKED],
    ['Masked area padding', inpaintPadding],
    ['Masked content', maskedContent === 'original' ? undefined : CONTENT_NAMES[maskedContent]],
  ];
}

const NOT_MASKED = 'Inpaint not masked';
const ONLY_MASKED = 'Only masked';

export function inpaintOf({ left, take, number }: Said): InpaintRequest {
  const maskedContent = contentNamed(left.get('Masked content') ?? '');
  if (maskedContent) take('Masked content');
  const invertMask = left.get('Mask mode') === NOT_MASKED;
  if (invertMask) take('Mask mode');
  const only = left.get('Inpaint area') === ONLY_MASKED;
  if (only) take('Inpaint area');
  const padding = number('Masked area padding', DIGITS);
  const maskBlur = number('Mask blur', DECIMAL);
  return {
    ...(maskBlur === undefined ? {} : { maskBlur }),
    ...(invertMask ? { invertMask } : {}),
    // Its own where none is said.
    ...(only ? { inpaintPadding: padding ?? 32 } : {}),
    ...(maskedContent ? { maskedContent } : {}),
  };
}
