/** Our own kernels in Node, with worker threads. */
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Backend } from '../backend';
import { bestForm, type Form, formOf } from './form';
import { int8Backend } from './int8';
import { instantiate, type KernelForm } from './kernels';
import type { Numbers } from './numbers';
import { obeying } from './obeying';
import { type Helper, helperOf, workerDied } from './otherThread';
import { type Threads, threadsOf } from './threads';

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
  const others = { count: threads - 1, start: () => nodeHelper() };
  return threadsOf({ ...best, ...(numbers ? { numbers } : {}) }, true, others);
}

/** A thread's program: a worker has to be started from a text or a file, and this one has no file. */
const PROGRAM = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', (${obeying})(${instantiate}, () => parentPort.postMessage(0)));`;

/** One form of the kernels, where this Node has it right. */
export const nodeForm = (form: KernelForm): Promise<Form | undefined> => withRelaxed(() => formOf(form, true));

const bestNodeForm = (): Promise<Form> => withRelaxed(() => bestForm(true));

/** Node 20 knows relaxed SIMD under a flag only; newer ones know it without, and pass the flag over. */
export function withRelaxed<Result>(compile: () => Result): Result {
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  return compile();
}

/** `program` is another one in specs. */
export const nodeHelper = (program = PROGRAM): Helper =>
  helperOf(({ answered, died }) => {
    const worker = new Worker(program, { eval: true });
    worker.unref();
    worker.on('message', () => {
      worker.unref();
      answered();
    });
    worker.on('error', (thrown) => died(workerDied(String(thrown))));
    worker.on('exit', (code) => died(workerDied(`its end (${code})`)));
    return {
      order(order) {
        // A process may end while its threads have nothing to do, but not while one is waited for.
        worker.ref();
        worker.postMessage(order);
      },
      end: () => void worker.terminate(),
    };
  });
