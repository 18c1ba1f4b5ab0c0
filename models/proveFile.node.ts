/** A file on disk against what it should be. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CodedError } from './errors';
import { badModel } from './refuse';

/** Rejects with `bad-model` unless there is a file of `bytes` at `path`. */
export async function proveLength(path: string, bytes: number): Promise<void> {
  const found = await stat(path).then(
    ({ size }) => `${size} bytes`,
    () => 'no such file',
  );
  if (found !== `${bytes} bytes`) throw badModel(path, `${bytes} bytes`, found);
}

/** Rejects with `corrupt-store` unless the SHA-256 of the file at `path` is `expected`, 64 hexadecimal digits. */
export async function proveHash(path: string, expected: string, signal?: AbortSignal): Promise<void> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    hash.update(bytes as Uint8Array);
  }
  const got = hash.digest('hex');
  if (got !== expected) throw new CodedError('corrupt-store', { argument: path, expected, got });
}
