/** `Records` in IndexedDB, through idb-keyval: the one file that imports it. */
import { createStore, get, keys, promisifyRequest } from 'idb-keyval';
import type { Records } from './records';

/** `navigator.storage`, spelled out because Node has none and this file is checked there too. */
interface Estimating {
  readonly navigator?: { readonly storage?: { estimate?(): Promise<{ usage?: number; quota?: number }> } };
}

/** Opens (or creates) the database `name`. */
export function idbRecords(name = 'pocket-diffusion'): Records {
  const store = createStore(name, 'models');
  return {
    get: (key) => get(key, store),
    write: (entries, removed = []) =>
      store('readwrite', (objects) => {
        for (const key of removed) objects.delete(key);
        for (const [key, value] of entries) objects.put(value, key);
        return promisifyRequest(objects.transaction);
      }),
    keys: () => keys<string>(store),
    async estimate() {
      const { usage, quota } = (await (globalThis as Estimating).navigator?.storage?.estimate?.()) ?? {};
      return usage === undefined || quota === undefined ? undefined : { usage, quota };
    },
  };
}
