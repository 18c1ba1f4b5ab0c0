/** The page's records as a map. */
import type { Records } from '../../workers/store/records';

export function recordsInMemory() {
  const kept = new Map<string, unknown>();
  const records: Records = {
    get: async (key) => kept.get(key),
    async write(entries, removed = []) {
      for (const key of removed) kept.delete(key);
      for (const [key, value] of entries) kept.set(key, value);
    },
    keys: async () => [...kept.keys()],
    estimate: async () => undefined,
  };
  return { kept, records };
}
