/** Weights on disk, read as they are asked for: what lies in the page cache is the system's to take back. */
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from './errors';
import type { StageWeights } from './stage';
import { checkBounds } from './stageWeights';
import { writeStream } from './writeStream.node';

/** The file at `path`, `bytes` long. */
export function weightsOnDisk(path: string, bytes: number): StageWeights {
  const file = openSync(path, 'r');
  // One buffer for all reads, as large as the largest: a fresh one for each would wait for the garbage collector.
  let buffer = new Uint8Array(0);
  return {
    bytes,
    read(begin, end) {
      checkBounds(begin, end, bytes);
      const length = end - begin;
      if (buffer.length < length) buffer = new Uint8Array(length);
      for (let filled = 0; filled < length; ) {
        const read = readSync(file, buffer, filled, length - filled, begin + filled);
        if (read === 0) throw truncated(path, bytes, begin + filled);
        filled += read;
      }
      return buffer.subarray(0, length);
    },
    close() {
      buffer = new Uint8Array(0);
      closeSync(file);
    },
  };
}

/** A file of its own for `stream`, gone when it is closed or the process ends. */
export async function weightsInTemporaryFile(stream: AsyncIterable<Uint8Array>): Promise<StageWeights> {
  const folder = await mkdtemp(join(tmpdir(), 'pocket-diffusion-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const path = join(folder, 'weights');
    const weights = weightsOnDisk(path, await writeStream(path, stream));
    return {
      ...weights,
      close() {
        weights.close();
        process.removeListener('exit', remove);
        remove();
      },
    };
  } catch (error) {
    process.removeListener('exit', remove);
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

const truncated = (path: string, bytes: number, at: number): CodedError =>
  new CodedError('corrupt-store', { argument: path, expected: `${bytes} bytes`, got: `an end at ${at}` });
