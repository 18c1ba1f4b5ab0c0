/** `Records` in IndexedDB, through idb-keyval: the one file that imports it. */
import { createStore, delMany, get, keys, set } from 'idb-keyval';
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
    set: (key, value) => set(key, value, store),
    delete: (list) => delMany([...list], store),
    keys: () => keys<string>(store),
    free: async () => {
      const estimate = await (globalThis as Estimating).navigator?.storage?.estimate?.();
      if (estimate?.quota === undefined || estimate.usage === undefined) return undefined;
      return Math.max(0, estimate.quota - estimate.usage);
    },
  };
}
