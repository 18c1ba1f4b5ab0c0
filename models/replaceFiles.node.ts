/**
 * Files of a model put in place of an earlier one's. Manifests go first and come last: at any moment a folder is one whole
 * model, or has no manifest and says so. Node only.
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Moves all files below `from`, two folders deep and on the same disk, to `to`, its `manifests` last and in their order;
 * before, those that stood there go, and after them whatever `isOurs` says of paths below `to`.
 */
export async function replaceFiles(
  from: string,
  to: string,
  manifests: readonly string[],
  isOurs?: (path: string) => boolean,
): Promise<void> {
  const made = await filesBelow(from);
  for (const manifest of manifests.toReversed()) await rm(join(to, manifest), { force: true });
  if (isOurs) for (const path of (await filesBelow(to)).filter(isOurs)) await rm(join(to, path));
  const last = (path: string): number => manifests.indexOf(path);
  for (const path of made.toSorted((a, b) => last(a) - last(b))) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await rename(join(from, path), join(to, path));
  }
}

/** With `/` between the parts. */
async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) found.push(entry.name);
    else if (entry.isDirectory()) {
      const within = await readdir(join(folder, entry.name), { withFileTypes: true });
      found.push(...within.filter((inner) => inner.isFile()).map((inner) => `${entry.name}/${inner.name}`));
    }
  }
  return found;
}
