/** Bytes put aside in a temporary file, gone when it is closed or the process ends. Node only. */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFullDisk } from '../diskWords.node';
import { CodedError } from '../errors';
import type { Aside } from './aside';

/** Nothing is on the disk before something is put there. A full disk is `storage-full`. */
export function onDisk(): Aside {
  let opened: { readonly file: number; readonly folder: string } | undefined;
  let end = 0;
  const close = (): void => {
    if (!opened) return;
    closeSync(opened.file);
    rmSync(opened.folder, { recursive: true, force: true });
    process.removeListener('exit', close);
    opened = undefined;
  };
  const file = (): number => {
    if (!opened) {
      const folder = mkdtempSync(join(tmpdir(), 'pocket-diffusion-'));
      opened = { folder, file: openSync(join(folder, 'weights'), 'w+') };
      process.once('exit', close);
    }
    return opened.file;
  };
  return {
    close,
    put(bytes) {
      const [start, { length }] = [end, bytes];
      try {
        for (let at = 0; at < length; ) at += writeSync(file(), bytes, at, length - at, start + at);
      } catch (error) {
        if (!isFullDisk(error)) throw error;
        const details = { argument: 'changed weights', expected: `room for ${length} bytes`, got: 'a full disk' };
        throw new CodedError('storage-full', details, { cause: error });
      }
      end += length;
      const now = (): Uint8Array => {
        const back = new Uint8Array(length);
        for (let at = 0; at < length; ) at += readSync(file(), back, at, length - at, start + at);
        return back;
      };
      return { now, later: async () => now() };
    },
  };
}
