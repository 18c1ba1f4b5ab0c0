/** A stream of bytes to a file on disk. */
import { open } from 'node:fs/promises';
import { isFullDisk } from './diskWords.node';
import { CodedError } from './errors';

/**
 * Writes `stream` to `path` and resolves to the bytes written; `each` sees every piece before it is. A full disk is
 * `storage-full`, and what was written stays: whoever named the file takes it away.
 */
export async function writeStream(
  path: string,
  stream: AsyncIterable<Uint8Array>,
  each: (piece: Uint8Array) => void = () => undefined,
): Promise<number> {
  const file = await open(path, 'w');
  let written = 0;
  try {
    for await (const piece of stream) {
      each(piece);
      await file.writeFile(piece);
      written += piece.length;
    }
    return written;
  } catch (error) {
    if (!isFullDisk(error)) throw error;
    const details = { argument: path, expected: 'room for the weights', got: `a full disk after ${written} bytes` };
    throw new CodedError('storage-full', details, { cause: error });
  } finally {
    await file.close();
  }
}
