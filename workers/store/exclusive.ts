/**
 * One writer at a time. Web Locks hold that across tabs and workers, and let go when a tab dies; where there are none
 * (Node, old WebViews) a promise chain holds it within this thread.
 */
export interface Exclusive {
  /** Runs `work` once nobody else holds the lock. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Runs `work` if nobody holds the lock now; otherwise not at all. */
  runIfFree(work: () => Promise<void>): Promise<void>;
}

/** The part of `LockManager` used here: absent from Node's types. */
export interface Locks {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
  request(name: string, options: { ifAvailable: boolean }, work: (lock: object | null) => Promise<void>): Promise<void>;
}

/** The lock called `name`, over `locks` where the platform has them. */
export function exclusive(name: string, locks: Locks | undefined = platformLocks()): Exclusive {
  return locks ? acrossTabs(name, locks) : withinThread();
}

function platformLocks(): Locks | undefined {
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
}

const acrossTabs = (name: string, locks: Locks): Exclusive => ({
  run: (work) => locks.request(name, work),
  runIfFree: (work) => locks.request(name, { ifAvailable: true }, async (lock) => (lock ? work() : undefined)),
});

function withinThread(): Exclusive {
  let tail: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const run = <T>(work: () => Promise<T>): Promise<T> => {
    waiting += 1;
    const result = tail.then(work);
    tail = result
      .catch(() => undefined)
      .finally(() => {
        waiting -= 1;
      });
    return result;
  };
  return { run, runIfFree: async (work) => (waiting === 0 ? run(work) : undefined) };
}
