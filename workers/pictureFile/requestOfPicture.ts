/** One picture of a batch, asked for alone. */
import type { ImageRequest, Picture } from '../api';
import { sharesSeed } from './seedLabel';

/** The request that draws picture `image` of the batch of `request` alone. */
export function requestOfPicture(
  { only: _, ...request }: ImageRequest,
  { seed, subseed }: Pick<Picture, 'seed' | 'subseed'>,
  image: number,
): ImageRequest {
  if (sharesSeed(request)) return { ...request, only: image };
  return { ...request, seed, numImages: 1, ...(subseed === undefined ? {} : { subseed }) };
}
