/**
 * The one kind of error this project throws on purpose: a code for programs, numbers for people.
 *
 * It lives here because `models/` is the innermost room that can fail; `workers/errors.ts` turns it into data.
 */

/** What went wrong, as a word that a page or a script can switch on. */
export type ErrorCode =
  | 'bad-argument' // a request or command-line value outside its range
  | 'bad-model' // a model file is missing, truncated, or contradicts itself
  | 'unsupported-model' // a sound file of an architecture this engine does not draw with
  | 'download-failed' // a file of a model, or a part of the program, did not arrive
  | 'bad-catalog' // a list of models is not in its format
  | 'bad-image' // a picture file that was given is none, is damaged, or does not hold what is asked of it
  | 'bad-picture' // the network produced NaN or infinity, or could not be read as it should: trying again may help
  | 'backend-unavailable' // no adapter, failed self-test
  | 'host-lost' // the program on this device that ran the networks is gone
  | 'host-silent' // it is there and says nothing
  | 'bad-host' // it says what it must not
  | 'too-hot' // the device must cool down before it computes on
  | 'out-of-memory'
  | 'storage-full'
  | 'corrupt-store' // a stored byte no longer has its hash
  | 'worker-died'
  | 'aborted';

/** Where it went wrong: `argument` names the input, `expected` and `got` hold the numbers. */
export interface ErrorDetails {
  readonly argument: string;
  readonly expected: string;
  readonly got: string;
}

/**
 * An error with a code. Its message reads `code: argument: expected …, got …`.
 *
 * @example throw new CodedError('bad-argument', { argument: 'width', expected: 'a multiple of 8', got: '100' })
 */
export class CodedError extends Error implements ErrorDetails {
  override readonly name = 'CodedError';
  readonly code: ErrorCode;
  readonly argument: string;
  readonly expected: string;
  readonly got: string;

  constructor(code: ErrorCode, { argument, expected, got }: ErrorDetails, options?: ErrorOptions) {
    super(`${code}: ${argument}: expected ${expected}, got ${got}`, options);
    this.code = code;
    this.argument = argument;
    this.expected = expected;
    this.got = got;
  }
}
