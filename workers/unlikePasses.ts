/** What cannot be drawn in one call a step. A file of its own: whoever plans a drawing needs no more of a request's checks. */
import type { GuidanceRequest } from './api';

/** What keeps a step from being computed in one call at batch 2, in which every step has the same two passes. */
export const unlikePasses = (asked: GuidanceRequest): keyof GuidanceRequest | undefined =>
  (['guidanceInterval', 'perpendicularNegative'] as const).find((field) => asked[field] !== undefined);
