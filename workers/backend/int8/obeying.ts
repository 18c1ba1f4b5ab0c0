/**
 * What another thread does with what it is told. Whole in itself, as `instantiate` is: a browser's worker has it in its file
 * (kernels.worker.ts), Node's is started from the text of both.
 */
import type { Kernels } from './kernels';

/** Where a program and what belongs to it lies. */
export interface Where {
  readonly program: number;
  readonly state: number;
  /** Of each thread. */
  readonly scratch: readonly number[];
}

/** What a thread is told. */
export type Order =
  | {
      readonly type: 'memory';
      readonly team: number;
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
    }
  | ({
      readonly type: 'run';
      readonly team: number;
      readonly begin: number;
      readonly end: number;
      readonly thread: number;
      readonly threads: number;
      /** As kernels/assembly/run.ts has it. */
      readonly sliceMilliseconds: number;
    } & Where);

/** Does each order, then calls `answer`. */
export function obeying(
  instantiate: (module: WebAssembly.Module, memory: WebAssembly.Memory) => Kernels,
  answer: () => void,
): (order: Order) => void {
  /** Of each team. */
  const kernels: Kernels[] = [];
  return (order) => {
    if (order.type === 'memory') kernels[order.team] = instantiate(order.module, order.memory);
    else {
      const { team, program, begin, end, state, scratch, thread, threads, sliceMilliseconds } = order;
      kernels[team]!.run(program, begin, end, state, scratch[thread]!, threads, sliceMilliseconds);
    }
    answer();
  };
}
