/** A picture as a PNG file that is whole or not there. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { encode } from 'fast-png';
import type { Picture } from '../api';
import { CodedError } from '../errors';

/** Writes `picture` to `path`, by way of a neighbouring file so that a full disk leaves no half picture there. */
export async function writePng(path: string, picture: Picture): Promise<void> {
  const { width, height, pixels } = picture;
  const partial = `${path}.partial`;
  try {
    await writeFile(partial, encode({ width, height, data: pixels, channels: 3, depth: 8 }));
    await rename(partial, path);
  } catch (thrown) {
    await rm(partial, { force: true });
    const full = (thrown as NodeJS.ErrnoException).code === 'ENOSPC';
    const details = { argument: '--out', expected: 'a place that can be written to', got: (thrown as Error).message };
    throw new CodedError(full ? 'storage-full' : 'bad-argument', details, { cause: thrown });
  }
}
