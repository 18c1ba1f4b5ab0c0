/**
 * What `npm run quantize` wrote, put where it was asked for, in place of what an earlier run has left there. Manifests go
 * first and come last: at any moment a folder is one whole result, or has no manifest and says so.
 */
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { STAGE_NAMES } from '../../models/manifest';
import { EVERY_SIZE } from './npuPack.node';

/** In the order in which they come: `npu.json` speaks for most. */
const MANIFESTS = ['layers.json', 'budgets.json', 'manifest.json', 'npu.json'];

const STAGES = STAGE_NAMES.join('|');
/** Names of files that are ours to replace, below the folder; compiled graphs are others'. */
const OURS = new RegExp(
  `^(?:token_table\\.bin|(?:${STAGES})\\.weights|(?:${EVERY_SIZE}|\\d+x\\d+)/(?:${STAGES})(?:\\.\\d+)?\\.(?:onnx|weights))$`,
);

/** Moves all files below `from`, which is on the same disk, to `to`, and takes away what was there of an earlier run. */
export async function replaceOutputs(from: string, to: string): Promise<void> {
  const made = await filesBelow(from);
  for (const manifest of MANIFESTS.toReversed()) await rm(join(to, manifest), { force: true });
  for (const path of await filesBelow(to)) if (OURS.test(path)) await rm(join(to, path));
  for (const folder of await readdir(to, { withFileTypes: true })) {
    // One that somebody has put something into stays.
    if (folder.isDirectory()) await rmdir(join(to, folder.name)).catch(() => undefined);
  }
  const last = (path: string): number => MANIFESTS.indexOf(path);
  for (const path of made.toSorted((a, b) => last(a) - last(b))) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await rename(join(from, path), join(to, path));
  }
}

/** With `/` between the parts, two folders deep. */
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
