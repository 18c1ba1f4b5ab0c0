/** Our own kernels in Node, with worker threads. */
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Backend } from '../backend';
import { bestForm, type Form, formOf } from './form';
import { int8Backend } from './int8';
import type { KernelForm } from './kernels';
import type { Numbers } from './numbers';
import { type Helper, type Order, type Threads, threadsOf } from './threads';

/** `threads` defaults to every core, `form` to the best of this machine. */
export async function nodeInt8Backend(options: Int8Options = {}): Promise<Backend> {
  return int8Backend(await nodeThreads(options));
}

export interface Int8Options {
  readonly threads?: number;
  readonly form?: KernelForm;
  /** What activations are rounded to, instead of all that the form has. */
  readonly numbers?: Numbers;
}

export async function nodeThreads(options: Int8Options = {}): Promise<Threads> {
  const { threads = availableParallelism(), form, numbers } = options;
  const best = (form && (await nodeForm(form))) ?? (await bestNodeForm());
  const helpers = Array.from({ length: threads - 1 }, nodeHelper);
  return threadsOf({ ...best, ...(numbers ? { numbers } : {}) }, helpers, true);
}

/** A thread's program: `kernels.worker.ts` in plain words, since a worker has to be started from a text or a file. */
const PROGRAM = `
const { parentPort } = require('node:worker_threads');
const kernels = [];
parentPort.on('message', (order) => {
  if (order.type === 'memory') kernels[order.team] = new WebAssembly.Instance(order.module, { env: { memory: order.memory } }).exports;
  else kernels[order.team].run(order.program, order.begin, order.end, order.state, order.scratch[order.thread], order.threads);
  parentPort.postMessage(0);
});`;

/** One form of the kernels, where this Node has it right. */
export const nodeForm = (form: KernelForm): Promise<Form | undefined> => withRelaxed(() => formOf(form, true));

const bestNodeForm = (): Promise<Form> => withRelaxed(() => bestForm(true));

/** Node 20 knows relaxed SIMD under a flag only; newer ones know it without, and pass the flag over. */
export function withRelaxed<Result>(compile: () => Result): Result {
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  return compile();
}

function nodeHelper(): Helper {
  const worker = new Worker(PROGRAM, { eval: true });
  worker.unref();
  return {
    order: (order: Order) => worker.postMessage(order),
    answer: () =>
      new Promise((resolve, reject) => {
        // A process may end while its threads have nothing to do, but not while one is waited for.
        worker.ref();
        const settle = (then: () => void): void => {
          worker.unref();
          worker.off('message', answered);
          worker.off('error', failed);
          then();
        };
        const answered = (): void => settle(resolve);
        const failed = (error: unknown): void => settle(() => reject(error));
        worker.on('message', answered);
        worker.on('error', failed);
      }),
  };
}
