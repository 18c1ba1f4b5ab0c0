/** A file that is there whole or not at all. */
import { rename, writeFile } from 'node:fs/promises';

/** Writes `content` beside `path`, then puts it in its place, where it may replace what was there. */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}
