/** Errors of this room as data, for the page, which knows no others. */
import { CodedError } from '../../models/errors';
import type { Failure } from '../api';

/** `undefined` where `thrown` is not one of ours. */
export function failureOf(thrown: unknown): Failure | undefined {
  if (!(thrown instanceof CodedError)) return undefined;
  const { code, message, argument, expected, got } = thrown;
  return { code, message, details: { argument, expected, got } };
}
