/** The one error of this room. It has the shape of `CodedError` (models/errors.ts) without importing it. */

/**
 * `bad-argument`: a step count the schedule cannot have. `unsupported-model`: a scheduler config no sampler follows.
 * `bad-picture`: a network's answer holds NaN or infinity. `new CodedError(error.code, error)` translates it.
 */
export class DiffusionError extends Error {
  override readonly name = 'DiffusionError';
  readonly argument: string;
  readonly expected: string;
  readonly got: string;

  constructor(
    readonly code: 'bad-argument' | 'unsupported-model' | 'bad-picture',
    { argument, expected, got }: { readonly argument: string; readonly expected: string; readonly got: string },
  ) {
    super(`${code}: ${argument}: expected ${expected}, got ${got}`);
    this.argument = argument;
    this.expected = expected;
    this.got = got;
  }
}
