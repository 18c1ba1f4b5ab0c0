/**
 * How large a WebAssembly heap this device allows, found by asking for one: WebViews on phones have been seen to stop at
 * 300 to 500 MB, desktop browsers give the 4 GiB that 32-bit addresses reach.
 */

const PAGE_BYTES = 65536;
const MOST_PAGES = 65536;
/** Steps of 128 MiB: finer would tell nothing a plan could use. */
const STEP_PAGES = 2048;

/** The part of `WebAssembly.Memory` used here; a spec hands in a narrower one. */
export interface Growing {
  grow(pages: number): number;
}

/** What the platform offers, spelled out because this file is checked against Node's types too. */
interface Platform {
  readonly crossOriginIsolated?: boolean;
  readonly WebAssembly: {
    readonly Memory: new (size: { initial: number; maximum: number; shared: boolean }) => Growing;
  };
}

function platformMemory(maximum: number): Growing {
  const { crossOriginIsolated: shared = false, WebAssembly } = globalThis as unknown as Platform;
  return new WebAssembly.Memory({ initial: 0, maximum, shared });
}

/**
 * Bytes that one heap can grow to, a multiple of 128 MiB. The pages asked for are never touched, so nothing is
 * committed where the system commits lazily, and all are given back when the memory is collected.
 */
export function heapLimit(create: (maximumPages: number) => Growing = platformMemory): number {
  for (let maximum = MOST_PAGES; maximum >= STEP_PAGES; maximum -= STEP_PAGES) {
    const memory = attempt(() => create(maximum));
    // The address space must be reserved first; where the whole is refused, less may not be.
    if (memory) return grown(memory, maximum) * PAGE_BYTES;
  }
  return 0;
}

function grown(memory: Growing, maximum: number): number {
  let pages = 0;
  while (pages + STEP_PAGES <= maximum && attempt(() => memory.grow(STEP_PAGES)) !== undefined) pages += STEP_PAGES;
  return pages;
}

/** `undefined` where the platform says no, which it does by a RangeError. */
function attempt<T>(allocate: () => T): T | undefined {
  try {
    return allocate();
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}
