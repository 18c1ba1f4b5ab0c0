/**
 * Threads over one memory. The one that asks does its share of the work; the others wait for a message, and in the middle
 * of a run for a counter in the memory, which is quicker.
 */
import { instantiate, type KernelForm, type Kernels } from './kernels';

/** Where a program and what belongs to it lies. */
export interface Where {
  readonly program: number;
  readonly state: number;
  /** Of each thread. */
  readonly scratch: readonly number[];
}

/** What a thread is told. */
export type Order =
  | { readonly type: 'memory'; readonly module: WebAssembly.Module; readonly memory: WebAssembly.Memory }
  | ({ readonly type: 'run'; readonly begin: number; readonly end: number; readonly thread: number; readonly threads: number } & Where)
  | { readonly type: 'dismiss' };

/** Another thread: a worker of whatever kind this place has. It answers each order but `dismiss` with a message of its own. */
export interface Helper {
  order(order: Order): void;
  /** Settles with the next answer; rejects when the thread has died. */
  answer(): Promise<void>;
}

export interface Team {
  readonly kernels: Kernels;
  run(where: Where, begin: number, end: number): Promise<void>;
  /** Lets go of the memory. */
  dismiss(): void;
}

export interface Threads {
  readonly count: number;
  readonly form: KernelForm;
  /** What the bytes of an activation may be. */
  readonly bytes: { readonly levels: number; readonly lowest: number };
  readonly shared: boolean;
  gather(memory: WebAssembly.Memory): Promise<Team>;
}

/** Threads of which `helpers` are the others. */
export function threadsOf(form: KernelForm, module: WebAssembly.Module, helpers: readonly Helper[], shared: boolean): Threads {
  const count = helpers.length + 1;
  return {
    ...{ count, form, shared, bytes: bytesOf(form, module) },
    async gather(memory) {
      const kernels = instantiate(module, memory);
      for (const helper of helpers) helper.order({ type: 'memory', module, memory });
      await Promise.all(helpers.map((helper) => helper.answer()));
      return {
        kernels,
        async run(where, begin, end) {
          for (const [i, helper] of helpers.entries())
            helper.order({ type: 'run', ...where, begin, end, thread: i + 1, threads: count });
          const answers = Promise.all(helpers.map((helper) => helper.answer()));
          kernels.run(where.program, begin, end, where.state, where.scratch[0]!, count);
          await answers;
        },
        dismiss() {
          for (const helper of helpers) helper.order({ type: 'dismiss' });
        },
      };
    },
  };
}

/** A thread's side: what it does with an order. */
export function obedient(answer: () => void): (order: Order) => void {
  let kernels: Kernels | undefined;
  return (order) => {
    if (order.type === 'dismiss') kernels = undefined;
    else if (order.type === 'memory') kernels = instantiate(order.module, order.memory);
    else {
      const { program, begin, end, state, scratch, thread, threads } = order;
      kernels!.run(program, begin, end, state, scratch[thread]!, threads);
    }
    if (order.type !== 'dismiss') answer();
  };
}

/** A probe's answer as a range of bytes. Pairs are only ever sure of seven bits. */
function bytesOf(form: KernelForm, module: WebAssembly.Module): Threads['bytes'] {
  if (form === 'plain') return { levels: 255, lowest: 0 };
  if (form === 'pairs') return { levels: 127, lowest: 0 };
  const answer = instantiate(module, new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true })).probe();
  return answer === 127 ? { levels: 127, lowest: 0 } : { levels: 255, lowest: answer === 255 ? 0 : -128 };
}
