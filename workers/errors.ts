/** Turns anything thrown into data that survives a `postMessage`, at the one place where the engine meets its caller. */
import { CodedError } from '../models/errors';
import type { Failure } from './api';
import { DiffusionError } from './diffusion/errors';

export { CodedError, type ErrorCode } from '../models/errors';

/** `thrown` as a failure. An `AbortError` of the platform counts as `aborted`; the unforeseen is `internal`. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof CodedError || thrown instanceof DiffusionError) {
    const { code, message, argument, expected, got } = thrown;
    return { code, message, details: { argument, expected, got } };
  }
  if (thrown instanceof Error && thrown.name === 'AbortError') return { code: 'aborted', message: 'aborted' };
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return { code: 'internal', message: `internal: ${message}` };
}

/** Back from data to something to throw. `asked` is what did not come of it. */
export function asError({ code, message, details }: Failure, asked: string): Error {
  if (code === 'internal') return new Error(message);
  return new CodedError(code, details ?? { argument: asked, expected: 'to end well', got: message });
}
