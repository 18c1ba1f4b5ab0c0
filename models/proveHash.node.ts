/** A file on disk against the hash that it should have. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CodedError } from './errors';

/** Rejects with `corrupt-store` unless the SHA-256 of the file at `path` is `expected`, 64 hexadecimal digits. */
export async function proveHash(path: string, expected: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(bytes as Uint8Array);
  const got = hash.digest('hex');
  if (got !== expected) throw new CodedError('corrupt-store', { argument: path, expected, got });
}
