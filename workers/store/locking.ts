/**
 * Who may do what at the same time. Web Locks hold across tabs and workers, and let go when a tab dies; where there
 * are none (Node, old WebViews) the same rules hold within this thread.
 */
export interface Locking {
  /** Runs `work` once nobody else holds `name`, alone or shared. */
  alone<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Runs `work` if nobody holds `name` now; otherwise not at all. Resolves to whether it ran. */
  aloneIfFree(name: string, work: () => Promise<void>): Promise<boolean>;
  /** Holds `name` beside other sharers. Resolves to what lets go. */
  share(name: string): Promise<() => void>;
}

interface LockOptions {
  readonly mode?: 'exclusive' | 'shared';
  readonly ifAvailable?: boolean;
}

/** The part of `LockManager` used here: absent from Node's types. */
export interface Locks {
  request<T>(name: string, options: LockOptions, work: (lock: object | null) => Promise<T>): Promise<T>;
}

/** Locks of this store's own, over `locks` where the platform has them. */
export function locking(prefix: string, locks: Locks | undefined = platformLocks()): Locking {
  return overLocks(prefix, locks ?? withinThread());
}

function platformLocks(): Locks | undefined {
  return (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
}

function overLocks(prefix: string, locks: Locks): Locking {
  return {
    alone: (name, work) => locks.request(prefix + name, {}, work),
    aloneIfFree: (name, work) =>
      locks.request(prefix + name, { ifAvailable: true }, async (lock) => {
        if (lock) await work();
        return lock !== null;
      }),
    share: (name) =>
      new Promise((resolve, reject) => {
        locks
          .request(prefix + name, { mode: 'shared' }, () => new Promise<void>((letGo) => resolve(letGo)))
          .catch(reject);
      }),
  };
}

interface Waiting {
  readonly shared: boolean;
  start(): void;
}

/** What Web Locks do, for one thread: first come, first served; sharers together. */
export function withinThread(): Locks {
  const held = new Map<string, { count: number; shared: boolean; readonly queue: Waiting[] }>();

  function next(name: string): void {
    const lock = held.get(name)!;
    const first = lock.queue[0];
    if (!first) {
      if (lock.count === 0) held.delete(name);
      return;
    }
    if (lock.count > 0 && !(lock.shared && first.shared)) return;
    lock.queue.shift();
    lock.count += 1;
    lock.shared = first.shared;
    first.start();
    next(name);
  }

  async function request<T>(
    name: string,
    { mode, ifAvailable = false }: LockOptions,
    work: (lock: object | null) => Promise<T>,
  ): Promise<T> {
    if (ifAvailable && held.has(name)) return work(null);
    const lock = held.get(name) ?? { count: 0, shared: false, queue: [] };
    held.set(name, lock);
    await new Promise<void>((start) => {
      lock.queue.push({ shared: mode === 'shared', start });
      next(name);
    });
    try {
      return await work({});
    } finally {
      lock.count -= 1;
      next(name);
    }
  }
  return { request };
}
