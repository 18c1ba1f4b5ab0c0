/**
 * Memory of a process and everything it started, as Linux accounts for it: proportional set size, so that pages shared
 * by several of Chromium's processes count once in all (proc(5), `smaps_rollup`).
 */
import { readdir, readFile } from 'node:fs/promises';

export interface Memory {
  /** Of a process and all that it started, bytes. */
  readonly all: number;
  /** Of those that are Chromium's renderers: the page, its workers and their heaps. */
  readonly renderers: number;
}

/** Sums `Pss` over `root` and its descendants. Processes that end meanwhile count as 0. */
async function treePss(root: number): Promise<Memory> {
  const processes = await descendants(root);
  const sizes = await Promise.all(processes.map(pss));
  const kinds = await Promise.all(processes.map(isRenderer));
  const sum = (some: readonly number[]): number => some.reduce((total, bytes) => total + bytes, 0);
  return { all: sum(sizes), renderers: sum(sizes.filter((_, i) => kinds[i])) };
}

async function pss(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}

const isRenderer = async (pid: number): Promise<boolean> =>
  (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes('--type=renderer');

async function descendants(root: number): Promise<number[]> {
  const children = new Map<number, number[]>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The command's name may hold spaces and parentheses: the parent's id is the second field after the last one.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

export interface MemoryWatch {
  /** The highest sums seen since the last call, each at its own moment; starts over. */
  peak(): Memory;
  stop(): void;
}

/** Samples the memory of `root` every `milliseconds`. A peak shorter than that is missed: say so where it is printed. */
export function watchMemory(root: number, milliseconds = 200): MemoryWatch {
  const NOTHING: Memory = { all: 0, renderers: 0 };
  let highest = NOTHING;
  let stopped = false;
  const sample = async (): Promise<void> => {
    while (!stopped) {
      const { all, renderers } = await treePss(root);
      highest = { all: Math.max(highest.all, all), renderers: Math.max(highest.renderers, renderers) };
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
  };
  void sample();
  return {
    peak() {
      const peak = highest;
      highest = NOTHING;
      return peak;
    },
    stop() {
      stopped = true;
    },
  };
}
