/** What the system says of a file or a folder, in words: they end `expected …, got …`. */
import { CodedError } from './errors';
import { badModel } from './refuse';

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a file where a folder should be',
  EISDIR: 'a folder',
  EEXIST: 'a file of this name',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'a disk that cannot be written to',
  ENOSPC: 'a full disk',
  EDQUOT: 'a full quota',
  ENAMETOOLONG: 'a name that is too long',
  ELOOP: 'links that lead in a circle',
  EMFILE: 'too many open files',
  EIO: 'a disk that fails',
};

/** `error` in words where it is the system's; `undefined` where it is a fault of ours, which nobody should dress up. */
export const diskWords = (error: unknown): string | undefined => {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === undefined ? undefined : (WORDS[code] ?? (/^E[A-Z]+$/.test(code) ? code : undefined));
};

/** Whether there was no room, on the disk or for this user. */
export const isFullDisk = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');

/** What to throw for `error`, met while writing to `path`, which `argument` named: `storage-full`, `bad-argument`, or itself. */
export function unwritable(argument: string, path: string, error: unknown): unknown {
  const words = error instanceof CodedError ? undefined : diskWords(error);
  if (words === undefined) return error;
  const details = { argument, expected: 'a place that can be written to', got: `${path}: ${words}` };
  return new CodedError(isFullDisk(error) ? 'storage-full' : 'bad-argument', details, { cause: error });
}

/** For a `catch` behind reading: throws `bad-model` in words, or what is not the system's as it is. */
export const unreadable =
  (argument: string, expected: string) =>
  (error: unknown): never => {
    const words = diskWords(error);
    throw words === undefined ? error : badModel(argument, expected, words);
  };
