/** What this machine can give, as Node sees it. */
import { totalmem } from 'node:os';
import { heapLimit } from './heapLimit';
import type { Device } from './plan';

export const nodeDevice = (): Device => ({
  heapBytes: heapLimit(),
  memoryBytes: memoryOf(totalmem(), process.constrainedMemory?.()),
});

/** Of a machine with `total` bytes, what a container leaves; Node says 0 or a number far beyond all memory where there is none. */
export const memoryOf = (total: number, constrained = 0): number =>
  constrained > 0 ? Math.min(total, constrained) : total;
