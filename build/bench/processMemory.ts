/**
 * Memory of a process and everything it started, as Linux accounts for it: proportional set size, so that pages shared
 * by several of Chromium's processes count once in all (proc(5), `smaps_rollup`).
 */
import { readdir, readFile } from 'node:fs/promises';

/** Sums `Pss` over `root` and its descendants, bytes. Processes that end meanwhile count as 0. */
export async function treePss(root: number): Promise<number> {
  const sizes = await Promise.all((await descendants(root)).map(pss));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

async function pss(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}

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
  /** The highest sum seen since the last call, bytes; starts over. */
  peak(): number;
  stop(): void;
}

/** Samples `treePss(root)` every `milliseconds`. A peak shorter than that is missed: say so where it is printed. */
export function watchMemory(root: number, milliseconds = 200): MemoryWatch {
  let highest = 0;
  let stopped = false;
  const sample = async (): Promise<void> => {
    while (!stopped) {
      highest = Math.max(highest, await treePss(root));
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
  };
  void sample();
  return {
    peak() {
      const peak = highest;
      highest = 0;
      return peak;
    },
    stop() {
      stopped = true;
    },
  };
}
