/**
 * What `--fast` leaves out of a drawing, chosen by what `npm run bench -- saving` prints. Steps far apart have less in common: of few,
 * less is left out.
 */
import type { ImageRequest } from './api';
import { hiresStepsOf, isHires } from './hires';
import { isComposed } from './isComposed';
import { skipOf } from './strength';

export type Saved = Pick<ImageRequest, 'cacheInterval' | 'guidanceInterval'>;

/** For what is drawn of so many steps; nothing where that is too little to leave anything out. */
export function fast(request: FastRequest): Saved {
  const skip = skipOf(request);
  const drawn = request.steps - skip;
  if (drawn < FEW) return {};
  // Of either pass some must be guided: of a picture that is drawn from only the last steps are there.
  const second = isHires(request) ? hiresStepsOf(request) : undefined;
  const some = isGuidedIn(request.steps, skip) && (!second || isGuidedIn(second.of, second.of - second.steps));
  // Prompts that are joined take as many passes, guided or not.
  const guided = some && !isComposed(request);
  return { cacheInterval: drawn < USUAL ? 2 : 3, ...(guided ? { guidanceInterval: [0, GUIDED] as const } : {}) };
}

type FastRequest = Pick<ImageRequest, 'steps'> & Partial<ImageRequest>;

const isGuidedIn = (steps: number, skip: number): boolean => Math.floor(GUIDED * steps) > skip;

/** Steps below which a picture falls apart, and those of most pictures. */
const FEW = 12;
const USUAL = 20;
/** The first part of them, which is guided. */
const GUIDED = 0.8;
