/** One picture of a batch, asked for alone. */
import type { ImageRequest, Picture } from '../api';

/** The request that draws picture `image` of the batch of `request` alone. */
export function requestOfPicture(
  { only: _, ...request }: ImageRequest,
  { seed, subseed }: Pick<Picture, 'seed' | 'subseed'>,
  image: number,
): ImageRequest {
  // ComfyUI's noise is the whole batch's.
  if (request.rng === 'comfy' && request.numImages > 1) return { ...request, only: image };
  return { ...request, seed, numImages: 1, ...(subseed === undefined ? {} : { subseed }) };
}
