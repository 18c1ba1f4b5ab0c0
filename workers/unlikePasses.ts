/** What cannot be drawn in one call a step. A file of its own: whoever plans a drawing needs no more of a request's checks. */
import type { ControlRequest, GuidanceRequest } from './api';
import type { SteeringModel } from './controlModel';

/** What keeps a step from being computed in one call at batch 2, in which every step has the same two passes. */
export const unlikePasses = (asked: Asked): keyof Asked | undefined =>
  (['guidanceInterval', 'perpendicularNegative', 'controlGuess'] as const).find(
    (field) => asked[field] !== undefined && asked[field] !== false,
  );

type Asked = Pick<GuidanceRequest & ControlRequest, 'guidanceInterval' | 'perpendicularNegative' | 'controlGuess'>;

/**
 * Whether what steers does so in the passes with the prompt alone, asked or not: where the first ControlNet is pooled
 * (`guess_mode or global_pool_conditions` in diffusers 0.42.1, pipeline_controlnet.py).
 */
export const guessesBy = (steering: readonly Pick<SteeringModel, 'kind' | 'pooled'>[]): boolean =>
  steering.find(({ kind }) => kind === 'controlnet')?.pooled ?? false;
