/**
 * Threads over one memory. The one that asks does its share of the work; the others wait for a message, and in the middle
 * of a run for a counter in the memory, which is quicker.
 */
import { CodedError } from '../../errors';
import type { Form } from './form';
import { instantiate, type KernelForm, type Kernels } from './kernels';
import type { Numbers } from './numbers';

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
    } & Where);

/** Another thread: a worker of whatever kind this place has. It answers each order with a message. */
export interface Helper {
  order(order: Order): void;
  /** Settles with the next answer; rejects when the thread has died. */
  answer(): Promise<void>;
}

/** Threads with a memory in which to run one program; several share the threads, and take turns. */
export interface Team {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  run(where: Where, begin: number, end: number): Promise<void>;
  /** The memory is free for another program. It is kept: a shared one is given back late, if at all. */
  dismiss(): void;
}

export interface Threads {
  readonly count: number;
  readonly form: KernelForm;
  /** What activations are rounded to. */
  readonly numbers: Numbers;
  /** A team with at least so many bytes. Rejects with `out-of-memory`, naming what they are for. */
  gather(name: string, bytes: number): Promise<Team>;
  /** Of all memories; they never shrink. */
  heapBytes(): number;
}

/** Of WebAssembly's memory. */
const PAGE_BYTES = 65_536;
/** All that 32 bits can address. */
const MOST_PAGES = 65_536;

/** Threads of which `helpers` are the others. */
export function threadsOf({ form, module, numbers }: Form, helpers: readonly Helper[], shared: boolean): Threads {
  const count = helpers.length + 1;
  const teams: Team[] = [];
  const idle = new Set<Team>();
  const gathered = async (name: string, bytes: number): Promise<Team> => {
    const memory = memoryOf(name, Math.ceil(bytes / PAGE_BYTES), shared);
    const kernels = instantiate(module, memory);
    const answers = Promise.all(helpers.map((helper) => helper.answer()));
    const number = teams.length;
    for (const helper of helpers) helper.order({ type: 'memory', team: number, module, memory });
    const team: Team = {
      ...{ kernels, memory },
      async run(where, begin, end) {
        const done = Promise.all(helpers.map((helper) => helper.answer()));
        for (const [i, helper] of helpers.entries())
          helper.order({ type: 'run', team: number, ...where, begin, end, thread: i + 1, threads: count });
        kernels.run(where.program, begin, end, where.state, where.scratch[0]!, count);
        await done;
      },
      dismiss: () => void idle.add(team),
    };
    teams.push(team);
    await answers;
    return team;
  };
  return {
    ...{ count, form, numbers },
    heapBytes: () => teams.reduce((sum, team) => sum + bytesOf(team), 0),
    async gather(name, bytes) {
      const bySize = [...idle].sort((a, b) => bytesOf(a) - bytesOf(b));
      // The smallest that does, or the one that has to grow least.
      const team = bySize.find((each) => bytesOf(each) >= bytes) ?? bySize.at(-1);
      if (!team) return gathered(name, bytes);
      const more = Math.ceil(bytes / PAGE_BYTES) - bytesOf(team) / PAGE_BYTES;
      if (more > 0) grow(team.memory, name, more);
      idle.delete(team);
      return team;
    },
  };
}

const bytesOf = ({ memory }: Team): number => memory.buffer.byteLength;

function memoryOf(name: string, pages: number, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: MOST_PAGES, shared });
  } catch (cause) {
    throw noRoom(name, pages, cause);
  }
}

function grow(memory: WebAssembly.Memory, name: string, pages: number): void {
  try {
    memory.grow(pages);
  } catch (cause) {
    throw noRoom(name, pages, cause);
  }
}

const noRoom = (argument: string, pages: number, cause: unknown): CodedError =>
  new CodedError(
    'out-of-memory',
    { argument, expected: `memory for ${pages * PAGE_BYTES} bytes`, got: String(cause) },
    { cause },
  );
