/** Our own kernels in the page's engine, with workers of the engine's own kind where memory can be shared. */
import { notFetched } from '../../../models/later';
import type { Backend } from '../backend';
import { wasmThreads } from '../ort.browser';
import { bestForm } from './form';
import { int8Backend } from './int8';
import { type Helper, helperOf, workerDied } from './otherThread';
import { type Threads, threadsOf } from './threads';

/** With what ends its threads, should nothing be opened on it. */
export async function browserInt8Backend(): Promise<{ readonly backend: Backend; close(): void }> {
  const threads = await browserThreads();
  return { backend: int8Backend(threads), close: threads.close };
}

export async function browserThreads(count = wasmThreads()): Promise<Threads> {
  const shared = self.crossOriginIsolated;
  return threadsOf(await bestForm(shared), shared, { count: count - 1, start: browserHelper });
}

/** `kernels.worker.ts`, which lies beside the engine. */
const PROGRAM = 'kernels.worker.js';

const browserHelper = (): Helper =>
  helperOf(({ answered, died }) => {
    const worker = new Worker(new URL(PROGRAM, self.location.href), { type: 'module' });
    worker.onmessage = answered;
    worker.onerror = (event) => {
      // Else the page takes the engine itself for dead.
      event.preventDefault();
      // What a program throws has a message; a program that does not come has none.
      died(event.message ? workerDied(event.message) : notFetched(PROGRAM));
    };
    return { order: (order) => worker.postMessage(order), end: () => worker.terminate() };
  });
