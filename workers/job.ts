/** A long piece of work at the end of a port: its events go out, an abort comes in, a failure is its last word. */
import type { AbortMessage, ImageEvent, ImportEvent, Port } from './api';
import { asFailure, CodedError } from './errors';

type Tell = (event: ImageEvent | ImportEvent) => void;

/** Runs `work`; whatever it throws becomes a `failed` event. Never rejects. */
export async function runJob(port: Port, work: (tell: Tell, signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  port.addEventListener('message', ({ data }) => {
    if ((data as AbortMessage | undefined)?.type !== 'abort') return;
    abort.abort(new CodedError('aborted', { argument: 'job', expected: 'to finish', got: 'a stop' }));
  });
  port.start();
  try {
    await work((event) => port.postMessage(event), abort.signal);
  } catch (thrown) {
    port.postMessage({ type: 'failed', ...asFailure(abort.signal.aborted ? abort.signal.reason : thrown) });
  }
}
