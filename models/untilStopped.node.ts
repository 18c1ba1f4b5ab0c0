/** Work that Ctrl-C aborts. */
import { CodedError } from './errors';

/** Runs `work`; rejects with what it throws, which after a stop should be the signal's reason, `aborted`. */
export async function untilStopped(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  const stop = () =>
    abort.abort(new CodedError('aborted', { argument: 'Ctrl-C', expected: 'to finish', got: 'a stop' }));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await work(abort.signal);
  } finally {
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
  }
}
