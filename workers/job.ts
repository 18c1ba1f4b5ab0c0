/** A long piece of work at the end of a port: its events go out, an abort comes in, a failure is its last word. */
import type { AbortMessage, ImageEvent, ImportEvent, PauseMessage, Port, ReadEvent } from './api';
import { asFailure, CodedError } from './errors';

type Tell = (event: ImageEvent | ImportEvent | ReadEvent) => void;

/** Why a job's signal is aborted when it is only to be paused. */
export const PAUSE = new CodedError('aborted', { argument: 'job', expected: 'to finish', got: 'a pause' });

/** Runs `work`; whatever it throws becomes a `failed` event. Never rejects. */
export async function runJob(port: Port, work: (tell: Tell, signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  port.addEventListener('message', ({ data }) => {
    const { type } = (data ?? {}) as Partial<AbortMessage | PauseMessage>;
    if (type === 'pause') abort.abort(PAUSE);
    if (type !== 'abort') return;
    abort.abort(new CodedError('aborted', { argument: 'job', expected: 'to finish', got: 'a stop' }));
  });
  port.start();
  try {
    await work((event) => port.postMessage(event), abort.signal);
  } catch (thrown) {
    if (abort.signal.reason === PAUSE) return port.postMessage({ type: 'paused' });
    port.postMessage({ type: 'failed', ...asFailure(abort.signal.aborted ? abort.signal.reason : thrown) });
  }
}
