/** A directory on disk as a `Folder`, read by slices. */
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { unreadable } from './diskWords.node';
import { badModel } from './refuse';
import type { ByteSource, Folder } from './source';

/**
 * Lists `directory`; `bad-model` where there is none. Files are opened for each read and closed after it; what the disk says of one
 * is told with its whole path.
 */
export async function diskFolder(directory: string): Promise<Folder> {
  const paths = await listFiles(directory);
  const known = new Set(paths);
  return {
    name: basename(resolve(directory)),
    place: directory,
    paths: () => paths,
    async file(path) {
      const whole = join(directory, path);
      return known.has(path) ? { ...(await fileSource(whole)), name: path } : undefined;
    },
  };
}

/** A file on disk. `name` is what messages call it. */
export async function fileSource(path: string, name: string = path): Promise<ByteSource> {
  const { size, mtimeMs: changed } = await stat(path).catch(unreadable(name, 'a file'));
  return { name, size, changed, read: (start, end) => readSlice(path, name, start, end) };
}

async function readSlice(path: string, name: string, start: number, end: number): Promise<Uint8Array> {
  const file = await open(path, 'r').catch(unreadable(name, 'a file that can be read'));
  try {
    const bytes = new Uint8Array(end - start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) throw badModel(name, `bytes ${start} to ${end}`, `an end at ${start + filled}`);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

async function listFiles(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const root = resolve(directory);
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) =>
        resolve(entry.parentPath, entry.name)
          .slice(root.length + 1)
          .replaceAll('\\', '/'),
      )
      .sort();
  } catch (error) {
    return unreadable(directory, 'a folder')(error);
  }
}
