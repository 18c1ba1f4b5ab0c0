/** Paths for specs: they run bundled, from another folder, so nothing may lean on `import.meta.url`. */
import { join } from 'node:path';

/** `path` below the repository's root. The test runner starts every spec there. */
export const fromRoot = (path: string): string => join(process.cwd(), path);
