/** What may be asked of a mask, and of a picture that goes on beyond its edges. */
import type { ImageRequest, MaskedContent } from './api';
import { bad, finite, integer, oneOf } from './ranges';

export const MASKED_CONTENTS: readonly MaskedContent[] = ['fill', 'original', 'latent_noise', 'latent_nothing'];
const MOST_BLUR = 64;
const MOST_PADDING = 512;

/** Throws `bad-argument` as `checkRequest` does. */
export function checkInpaint(request: ImageRequest): void {
  const { initImage, maskImage, maskBlur, maskedContent, invertMask, inpaintPadding, outpaint } = request;
  if (outpaint) checkOutpaint(request, outpaint);
  for (const [argument, given] of Object.entries({ maskBlur, maskedContent, invertMask, inpaintPadding }))
    if (given !== undefined && !maskImage && !outpaint)
      throw bad('maskImage', `a mask where ${argument} is given`, initImage ? 'a picture alone' : 'none');
  if (maskBlur !== undefined) finite('maskBlur', maskBlur, 0, MOST_BLUR);
  if (maskedContent !== undefined) oneOf('maskedContent', maskedContent, MASKED_CONTENTS);
  if (inpaintPadding !== undefined) integer('inpaintPadding', inpaintPadding, 0, MOST_PADDING);
}

function checkOutpaint(request: ImageRequest, margins: readonly number[]): void {
  const { initImage, maskImage, invertMask, inpaintPadding, width, height } = request;
  if (!initImage) throw bad('initImage', 'a picture where outpaint is given', 'none');
  if (maskImage) throw bad('maskImage', 'none where outpaint is given', 'a mask');
  if (invertMask) throw bad('invertMask', 'false where outpaint is given', 'true');
  if (inpaintPadding !== undefined) throw bad('inpaintPadding', 'none where outpaint is given', `${inpaintPadding}`);
  const [left = 0, top = 0, right = 0, bottom = 0] = margins;
  const fits = margins.length === 4 && margins.every((each) => Number.isInteger(each) && each >= 0 && each % 8 === 0);
  if (!fits || left + top + right + bottom === 0 || left + right >= width || top + bottom >= height)
    throw bad(
      'outpaint',
      `left, top, right and bottom: multiples of 8, within ${width} × ${height}`,
      margins.join(','),
    );
}
