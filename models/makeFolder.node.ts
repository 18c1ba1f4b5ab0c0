/**
 * A folder and those it lies in, as `mkdir -p` makes them. Node's own (20.20, `recursive`) tries for ever where a system
 * refuses a new folder by saying that there is no such place, as Linux's /proc does.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Rejects with the system's error. */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path && !(await found(parent))) await makeFolder(parent);
  await mkdir(path).catch(async (error: unknown) => {
    if (!(await isFolder(path))) throw error; // Else somebody else was faster.
  });
}

const found = (path: string) => stat(path).catch(() => undefined);
const isFolder = async (path: string): Promise<boolean> => (await found(path))?.isDirectory() ?? false;
