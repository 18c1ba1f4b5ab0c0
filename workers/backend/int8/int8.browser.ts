/** Our own kernels in the page's engine, with workers of the engine's own kind where memory can be shared. */
import type { Backend } from '../backend';
import { wasmThreads } from '../ort.browser';
import { bestForm } from './form';
import { int8Backend } from './int8';
import { type Helper, type Threads, threadsOf } from './threads';

export const browserInt8Backend = async (): Promise<Backend> => int8Backend(await browserThreads());

export async function browserThreads(count = wasmThreads()): Promise<Threads> {
  const shared = self.crossOriginIsolated;
  return threadsOf(await bestForm(shared), Array.from({ length: count - 1 }, browserHelper), shared);
}

/** `kernels.worker.ts`, which lies beside the engine. */
function browserHelper(): Helper {
  const worker = new Worker(new URL('kernels.worker.js', self.location.href), { type: 'module' });
  return {
    order: (order) => worker.postMessage(order),
    answer: () =>
      new Promise((resolve, reject) => {
        worker.onmessage = () => resolve();
        worker.onerror = (event) => reject(new Error(event.message));
      }),
  };
}
