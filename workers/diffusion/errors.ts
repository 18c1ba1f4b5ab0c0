/** The one error of this room. It has the shape of `CodedError` (models/errors.ts) without importing it. */

/**
 * `bad-argument`: a step count the schedule cannot have. `unsupported-model`: a scheduler config no sampler follows.
 * `bad-picture`: a network's answer holds NaN or infinity. `new CodedError(error.code, error.details)` translates it.
 */
export class DiffusionError extends Error {
  override readonly name = 'DiffusionError';

  constructor(
    readonly code: 'bad-argument' | 'unsupported-model' | 'bad-picture',
    readonly details: { readonly argument: string; readonly expected: string; readonly got: string },
  ) {
    super(`${code}: ${details.argument}: expected ${details.expected}, got ${details.got}`);
  }
}
