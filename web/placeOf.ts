/** Which of the pictures that are drawn one is, and of how many: one of a batch may be drawn alone, under its place there. */
import type { ImageRequest } from '../workers/api';

export const placeOf = ({ numImages, only }: Pick<ImageRequest, 'numImages' | 'only'>, image: number) =>
  only === undefined ? { at: image, of: numImages } : { at: Math.max(0, image - only), of: 1 };
