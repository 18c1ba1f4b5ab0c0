/** A picture as a PNG file that is whole or not there. */
import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decode, encode } from 'fast-png';
import { unwritable } from '../../models/diskWords.node';
import type { Picture } from '../api';
import { withChunks } from '../pictureFile/pngChunks';

/** Throws `bad-argument` where no file can be made at `path`: nobody should wait for a picture to hear it. */
export async function checkWritable(path: string): Promise<void> {
  const folder = dirname(path);
  // Asked for as a folder: a file of that name, which can be written to as well, is none.
  await access(`${folder}/.`, constants.W_OK).catch((thrown) => {
    throw unwritable('--out', folder, thrown);
  });
  const taken = await stat(path).catch(() => undefined);
  if (taken?.isDirectory()) throw unwritable('--out', path, { code: 'EISDIR' });
}

type Pixels = Pick<Picture, 'width' | 'height' | 'pixels'>;

export const pngBytes = ({ width, height, pixels }: Pixels): Uint8Array =>
  encode({ width, height, data: pixels, channels: 3, depth: 8 });

/** What `pngBytes` made. */
export function readPng(file: Uint8Array): Pixels {
  const { width, height, data } = decode(file);
  return { width, height, pixels: Uint8Array.from(data) };
}

/**
 * Writes `picture` to `path`, `chunks` before its pixels, by way of a neighbouring file so that a full disk leaves no half
 * picture there.
 */
export async function writePng(path: string, picture: Picture, chunks: readonly Uint8Array[] = []): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await writeFile(partial, withChunks(pngBytes(picture), chunks));
    await rename(partial, path);
  } catch (thrown) {
    // What kept it from being written may keep it from being looked for.
    await rm(partial, { force: true }).catch(() => undefined);
    throw unwritable('--out', path, thrown);
  }
}
