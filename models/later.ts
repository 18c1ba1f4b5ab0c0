/** Parts of the program that are fetched when they are first needed. */
import { CodedError } from './errors';

/** `part`, as `import()` brings it. Rejects with `download-failed` of `program` where it does not come; asked again, it may. */
export const later = <T>(part: Promise<T>): Promise<T> =>
  part.catch((thrown: unknown) => {
    throw notFetched(thrown);
  });

/** That a part of the program did not come, as `thrown` says. */
export function notFetched(thrown: unknown): CodedError {
  const got = thrown instanceof Error ? thrown.message : String(thrown);
  return new CodedError('download-failed', { argument: 'program', expected: 'to be fetched', got }, { cause: thrown });
}
