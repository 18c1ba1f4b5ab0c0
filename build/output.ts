/** A folder being filled: files that are right already are not touched, files that no longer belong are removed. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isTwin } from './compress';

export interface Output {
  place(path: string, contents: Uint8Array): Promise<void>;
  /** Removes what was not placed; a compressed twin goes with its file. */
  removeOthers(): Promise<void>;
}

export async function openOutput(folder: string): Promise<Output> {
  await mkdir(folder, { recursive: true });
  const placed = new Set<string>();
  return {
    async place(path, contents) {
      placed.add(path);
      const target = join(folder, path);
      const present = await readFile(target).catch(() => undefined);
      if (present?.equals(contents)) return;
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, contents);
    },
    async removeOthers() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      for (const entry of entries.filter((candidate) => candidate.isFile())) {
        const path = join(entry.parentPath, entry.name).slice(join(folder, '/').length).replaceAll('\\', '/');
        if (!placed.has(isTwin(path) ? path.slice(0, path.lastIndexOf('.')) : path)) await rm(join(folder, path));
      }
    },
  };
}
