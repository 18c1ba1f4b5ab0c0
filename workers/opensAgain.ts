/** Whether a request's networks are opened more than once, so that what is made of their weights is worth keeping meanwhile. */
import type { ImageRequest } from './api';
import { asksHires } from './asked';

/** For several pictures, for two passes, or whole and cut: each is opened, run and closed before the next. */
export const opensAgain = (
  request: Partial<Pick<ImageRequest, 'numImages' | 'only' | 'cacheInterval' | 'hiresScale' | 'hiresSize'>>,
): boolean => {
  const { numImages = 1, only, cacheInterval = 1 } = request;
  return (numImages > 1 && only === undefined) || cacheInterval > 1 || asksHires(request);
};
