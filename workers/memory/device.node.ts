/** What this machine can give, as Node sees it. */
import { totalmem } from 'node:os';
import { heapLimit } from './heapLimit';
import type { Device } from './plan';

export const nodeDevice = (): Device => ({ heapBytes: heapLimit(), memoryBytes: totalmem() });
