/** A model in a folder, exchanged for another only once that is whole. Node only. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from './makeFolder.node';
import { replaceFiles } from './replaceFiles.node';

/** No folder of anybody else's. */
const PART = '.pocket-diffusion-part';

/**
 * Has `write` write a model into a folder within `folder`, then moves its files to where they belong: whatever goes wrong
 * before leaves the model that was there.
 */
export async function replaceModel(folder: string, write: (part: string) => Promise<void>): Promise<void> {
  const part = join(folder, PART);
  await rm(part, { recursive: true, force: true }); // A killed process left it.
  await makeFolder(part);
  try {
    await write(part);
    await replaceFiles(part, folder, ['manifest.json']);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}
