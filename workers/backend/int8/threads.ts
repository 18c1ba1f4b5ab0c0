/**
 * Threads over one memory. The one that asks does its share of the work; the others wait for a message, and in the middle
 * of a run for a counter in the memory, which is quicker. Those that have ended are replaced when the next network is opened.
 */
import { type Crew, crewOf, type Team } from './crew';
import type { Form } from './form';
import type { KernelForm } from './kernels';
import type { Numbers } from './numbers';
import { type Helper, workerDied } from './otherThread';

export interface Threads {
  readonly count: number;
  readonly form: KernelForm;
  /** What activations are rounded to. */
  readonly numbers: Numbers;
  /**
   * A team with at least so many bytes. Rejects with `out-of-memory`, naming what they are for, with `worker-died`, and with
   * `download-failed` where the other threads' program did not come.
   */
  gather(name: string, bytes: number): Promise<Team>;
  /** Of all memories; they never shrink. */
  heapBytes(): number;
  /** Ends the other threads, and what is open on them. */
  close(): void;
}

/** The threads besides the one that asks. */
export interface Others {
  readonly count: number;
  start(): Helper;
  /** A slice of the time for which a thread is waited for (kernels/assembly/run.ts). */
  readonly sliceMilliseconds?: number;
}

const NONE: Others = {
  count: 0,
  start: () => {
    throw new Error('one thread has no others');
  },
};

export function threadsOf({ form, module, numbers }: Form, shared: boolean, others: Others = NONE): Threads {
  const { count, sliceMilliseconds = 1000 } = others;
  const start = (): Crew =>
    crewOf(
      Array.from({ length: count }, () => others.start()),
      { module, shared, sliceMilliseconds },
    );
  let crew = start();
  return {
    ...{ count: count + 1, form, numbers },
    heapBytes: () => crew.heapBytes(),
    async gather(name, bytes) {
      const { failure } = crew;
      if (failure) {
        crew.end(failure);
        crew = start();
      }
      return crew.gather(name, bytes);
    },
    close: () => crew.end(workerDied('their end, which was asked for', 'threads of the kernels')),
  };
}
