/** What cannot be drawn in one call a step. A file of its own: whoever plans a drawing needs no more of a request's checks. */
import type { ControlRequest, GuidanceRequest } from './api';

/** What keeps a step from being computed in one call at batch 2, in which every step has the same two passes. */
export const unlikePasses = (asked: Asked): keyof Asked | undefined =>
  (['guidanceInterval', 'perpendicularNegative', 'controlGuess'] as const).find(
    (field) => asked[field] !== undefined && asked[field] !== false,
  );

type Asked = Pick<GuidanceRequest & ControlRequest, 'guidanceInterval' | 'perpendicularNegative' | 'controlGuess'>;
