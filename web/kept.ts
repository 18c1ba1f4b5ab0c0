/** Web storage that may be absent, full or forbidden: then things are forgotten, and nothing breaks. */
const PREFIX = 'pocket-diffusion/';

/** `visits`: for good. `visit`: this tab, also through a crash and its reload. */
export type Keeper = 'visits' | 'visit';
const storage = (keeper: Keeper): Storage => (keeper === 'visits' ? localStorage : sessionStorage);

export function readKept(key: string, keeper: Keeper = 'visits'): string | null {
  try {
    return storage(keeper).getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** `null` forgets. */
export function writeKept(key: string, value: string | null, keeper: Keeper = 'visits'): void {
  try {
    if (value === null) storage(keeper).removeItem(PREFIX + key);
    else storage(keeper).setItem(PREFIX + key, value);
  } catch {
    // Private windows and full disks: not worth a word.
  }
}
