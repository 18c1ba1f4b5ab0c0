/**
 * Threads that live and end together, over as many memories as there are networks open at once. Where one dies, or what one does
 * is left undone, none is asked again: nobody knows what is still being written, and where.
 */
import { untilMessagesAreRead } from '../../../models/turn';
import { CodedError } from '../../errors';
import { STATE_FAILED } from '../../kernels/layout';
import { instantiate, type Kernels } from './kernels';
import type { Where } from './obeying';
import { type Helper, workerDied } from './otherThread';

/** Threads with a memory in which to run one program; several share the threads, and take turns. */
export interface Team {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  /**
   * Records `begin … end - 1`, of which `scopeOf` has the names. Rejects with `worker-died`, naming the one that was not done, where
   * a thread is missed; after that it always does.
   */
  run(where: Where, begin: number, end: number, scopeOf: (record: number) => string): Promise<void>;
  /** The memory is free for another program. It is kept: a shared one is given back late, if at all. */
  dismiss(): void;
}

export interface Crew {
  /** Why it does no more. */
  readonly failure: CodedError | undefined;
  /** As `Threads` has it. */
  gather(name: string, bytes: number): Promise<Team>;
  heapBytes(): number;
  end(why: CodedError): void;
}

export interface CrewOptions {
  readonly module: WebAssembly.Module;
  readonly shared: boolean;
  readonly sliceMilliseconds: number;
}

/** Of WebAssembly's memory. */
const PAGE_BYTES = 65_536;
/** All that 32 bits can address. */
const MOST_PAGES = 65_536;

/** Whoever asks, and `helpers`. */
export function crewOf(helpers: readonly Helper[], { module, shared, sliceMilliseconds }: CrewOptions): Crew {
  const threads = helpers.length + 1;
  const teams: Team[] = [];
  const idle = new Set<Team>();
  let ended: CodedError | undefined;
  const failure = (): CodedError | undefined => ended ?? helpers.find((helper) => helper.failure)?.failure;
  const end = (why: CodedError): void => {
    ended ??= why;
    for (const helper of helpers) helper.end();
  };
  /** What all have answered once `work` is through. Whatever goes wrong meanwhile is the end of all. */
  const together = async (work: () => Promise<void> | void): Promise<void> => {
    const answers = Promise.all(helpers.map((helper) => helper.answer()));
    // Whoever hears of it first may be `work`.
    answers.catch(() => undefined);
    try {
      await work();
      await answers;
    } catch (thrown) {
      end(thrown instanceof CodedError ? thrown : workerDied(String(thrown)));
      throw thrown;
    }
  };
  const gathered = async (name: string, bytes: number): Promise<Team> => {
    const memory = memoryOf(name, Math.ceil(bytes / PAGE_BYTES), shared);
    const kernels = instantiate(module, memory);
    const number = teams.length;
    const team: Team = {
      ...{ kernels, memory },
      async run(where, begin, end, scopeOf) {
        const before = failure();
        if (before) throw before;
        await together(async () => {
          const of = { team: number, begin, end, threads, sliceMilliseconds, ...where };
          for (const [i, helper] of helpers.entries()) helper.order({ type: 'run', thread: i + 1, ...of });
          kernels.run(where.program, begin, end, where.state, where.scratch[0]!, threads, sliceMilliseconds);
          const failed = new Int32Array(memory.buffer, where.state)[STATE_FAILED / 4]!;
          if (failed >= 0) return;
          // Who died may have said of what. Node hears it in the turn after the next: its clock has stood still meanwhile.
          for (let turn = 0; turn < 2; turn++) await untilMessagesAreRead();
          throw workerDied(failure()?.got ?? 'a thread that came to no end', scopeOf(-failed - 1));
        });
      },
      dismiss: () => void idle.add(team),
    };
    teams.push(team);
    await together(() => {
      for (const helper of helpers) helper.order({ type: 'memory', team: number, module, memory });
    });
    return team;
  };
  return {
    get failure() {
      return failure();
    },
    end,
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
