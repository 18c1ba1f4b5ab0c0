/** A model in a folder, exchanged for another only once that is whole. Node only. */
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from './makeFolder.node';

const MANIFEST = 'manifest.json';
/** No folder of anybody else's. */
const PART = '.pocket-diffusion-part';

/**
 * Has `write` write a model into a folder within `folder`, then moves its files to where they belong, the manifest last:
 * whatever goes wrong before leaves the model that was there, and there is no moment at which a manifest stands before
 * files that are not its own.
 */
export async function replaceModel(folder: string, write: (part: string) => Promise<void>): Promise<void> {
  const part = join(folder, PART);
  await rm(part, { recursive: true, force: true }); // A killed process left it.
  await makeFolder(part);
  try {
    await write(part);
    await rm(join(folder, MANIFEST), { force: true });
    const files = (await readdir(part)).filter((name) => name !== MANIFEST);
    for (const name of [...files, MANIFEST]) await rename(join(part, name), join(folder, name));
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}
