/** Turns anything thrown into data that survives a `postMessage`, at the one place where the engine meets its caller. */
import { CodedError } from '../models/errors';
import type { Failure } from './api';
import { DiffusionError } from './diffusion/errors';

export { CodedError, type ErrorCode } from '../models/errors';

/** `thrown` as a failure. An `AbortError` of the platform counts as `aborted`; the unforeseen is `internal`. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof CodedError || thrown instanceof DiffusionError)
    return { code: thrown.code, message: thrown.message, details: thrown.details };
  if (thrown instanceof Error && thrown.name === 'AbortError') return { code: 'aborted', message: 'aborted' };
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return { code: 'internal', message: `internal: ${message}` };
}
