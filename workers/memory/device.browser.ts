/** What this device can give, as the browser tells it; asked for once. */
import { heapLimit } from './heapLimit';
import type { Device } from './plan';

const GIB = 1024 ** 3;

let known: Device | undefined;

export function browserDevice(): Device {
  // Chromium alone says how much memory there is, in gigabytes, rounded and cut for privacy.
  const { deviceMemory } = navigator as { deviceMemory?: number };
  known ??= { heapBytes: heapLimit(), ...(deviceMemory === undefined ? {} : { memoryBytes: deviceMemory * GIB }) };
  return known;
}
