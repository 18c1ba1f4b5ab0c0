/**
 * Checkpoints that the command has converted, kept so that the next picture starts at once: a folder of folders, each
 * named by a hash of what was converted and how. A conversion appears under its name when it is whole, and goes when
 * another is made and it was not used for a month.
 */
import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Checkpoint } from '../../models/checkpoint';
import {
  type ConvertedFolder,
  isConverted,
  openConverted,
  type Progress,
  writeConverted,
} from '../../models/convertedFolder.node';
import { unwritable } from '../../models/diskWords.node';
import { CodedError } from '../../models/errors';
import { makeFolder } from '../../models/makeFolder.node';
import type { Manifest } from '../../models/manifest';
import type { Folder } from '../../models/source';
import { conversionKey } from '../conversionKey';
import { fingerprint } from '../fingerprint';

/** `POCKET_DIFFUSION_CACHE`, or the place where this system keeps what can be made again. */
export function conversionsFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
): string {
  if (env.POCKET_DIFFUSION_CACHE) return env.POCKET_DIFFUSION_CACHE;
  if (platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'pocket-diffusion', 'cache');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'pocket-diffusion');
  return join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'pocket-diffusion');
}

export interface Conversion {
  readonly checkpoint: Checkpoint;
  /** How it is packed. */
  readonly manifest: Manifest;
  /** Every file that goes into it: what tells it from others (`fingerprint.ts`). */
  readonly files: Folder;
}

/** The conversion, made where it is not there yet or is damaged. `fresh` where it was made by this call. */
export async function convertedOnce(
  { checkpoint, manifest, files }: Conversion,
  folder: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<ConvertedFolder & { readonly path: string; readonly fresh: boolean }> {
  const key = await conversionKey(await fingerprint(files), manifest);
  const path = join(folder, key);
  const kept = (await isConverted(path)) && (await whole(path, signal));
  if (kept) {
    await touch(path);
    return { ...kept, path, fresh: false };
  }
  await makeFolder(folder).catch((error) => {
    throw unwritable('the folder for converted models', folder, error);
  });
  await sweep(folder);
  const part = join(folder, `${key}.${process.pid}.part`);
  try {
    await writeConverted(checkpoint, manifest, part, progress, signal);
    await rm(path, { recursive: true, force: true }); // Damaged, or it would have been opened above.
    await rename(part, path);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return { ...(await openConverted(path)), path, fresh: true };
}

/**
 * What was kept at `path`, unless it is damaged. Every byte is hashed here, before a picture is begun, as it would be when
 * it is asked for: what can be made again should not be an error.
 */
async function whole(path: string, signal: AbortSignal): Promise<ConvertedFolder | undefined> {
  try {
    const kept = await openConverted(path);
    await kept.prove(signal);
    return kept;
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof CodedError) return undefined;
    throw thrown;
  }
}

/** Removes what killed conversions left, and conversions that nobody has drawn with for long. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /\.(\d+)\.part$/.exec(name)?.[1];
    const isOver = pid ? !isRunning(Number(pid)) : /^[0-9a-f]{64}$/.test(name) && (await isStale(join(folder, name)));
    if (isOver) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** A conversion takes a gigabyte or two, and a minute to be made again. */
const STALE_MILLISECONDS = 30 * 24 * 60 * 60 * 1000;

const manifestOf = (conversion: string): string => join(conversion, 'manifest.json');

/** Notes that it was used. A cache that may only be read does as well. */
const touch = (conversion: string): Promise<void> =>
  utimes(manifestOf(conversion), new Date(), new Date()).catch(() => undefined);

const isStale = (conversion: string): Promise<boolean> =>
  stat(manifestOf(conversion)).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > STALE_MILLISECONDS,
    () => false,
  );

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
