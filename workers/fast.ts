/**
 * What `--fast` leaves out of a drawing, chosen by what `npm run bench -- saving` prints. Steps far apart have less in common: of few,
 * less is left out.
 */
import type { ImageRequest } from './api';

export type Saved = Pick<ImageRequest, 'cacheInterval' | 'guidanceInterval'>;

/** For a drawing of so many steps; nothing where there are too few to leave anything out. */
export function fast({ steps }: Pick<ImageRequest, 'steps'>): Saved {
  if (steps < FEW) return {};
  return { cacheInterval: steps < USUAL ? 2 : 3, guidanceInterval: [0, 0.8] };
}

/** Steps below which a picture falls apart, and those of most pictures. */
const FEW = 12;
const USUAL = 20;
