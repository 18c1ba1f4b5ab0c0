/** Errors that say where they were met: of hundreds of layers, which one. */
import { CodedError } from '../errors';

/**
 * What `work` resolves to; what it throws has `place` before its words, and its code where it has one. What `signal` stopped
 * is thrown as it is.
 */
export async function atPlace<Result>(
  place: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof Error)) throw thrown;
    if (!(thrown instanceof CodedError)) {
      // It stays itself: a full disk is known by more than its words.
      thrown.message = `${place}: ${thrown.message}`;
      throw thrown;
    }
    const { code, argument, expected, got } = thrown;
    throw new CodedError(code, { argument: `${place}: ${argument}`, expected, got }, { cause: thrown });
  }
}
