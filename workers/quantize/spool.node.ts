/** Values put aside on disk, a file for each. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Spool } from '../../models/quantize/calibrate/network';
import { CodedError } from '../errors';

/** In `folder`, which is made where it is not there. */
export async function diskSpool(folder: string): Promise<Spool> {
  await mkdir(folder, { recursive: true });
  // Names of values are paths of a network's own.
  const pathOf = (sample: number, name: string): string => join(folder, `${sample}.${name.replaceAll('/', '~')}.f32`);
  return {
    async put(sample, name, { data, shape }) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      const head = new Uint8Array(Int32Array.of(shape.length, ...shape).buffer);
      await writeFile(pathOf(sample, name), [head, bytes]);
    },
    async get(sample, name) {
      const path = pathOf(sample, name);
      const { buffer, byteOffset, length } = await readFile(path).catch(() => missing(path));
      const file = new Uint8Array(buffer, byteOffset, length).slice().buffer;
      const rank = length >= 4 ? new Int32Array(file, 0, 1)[0]! : 0;
      const shape = [...new Int32Array(file, 4, Math.min(rank, Math.floor(length / 4) - 1))];
      const count = shape.reduce((product, size) => product * size, 1);
      if (rank === 0 || length !== 4 * (1 + rank + count)) {
        const expected = `[${shape}], ${4 * (1 + rank + count)} bytes`;
        throw new CodedError('corrupt-store', { argument: path, expected, got: `${length} bytes` });
      }
      return { type: 'float32', shape, data: new Float32Array(file, 4 * (1 + rank), count) };
    },
    drop: (sample, name) => rm(pathOf(sample, name), { force: true }),
  };
}

function missing(path: string): never {
  throw new CodedError('corrupt-store', { argument: path, expected: 'what was put aside', got: 'no such file' });
}
