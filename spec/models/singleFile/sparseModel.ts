/**
 * A Stable Diffusion 1.5 file of its full size, 2.1 GB, with a real header and zeros for weights: a hole on the disk, which
 * takes no space where the file system knows holes.
 */
import { open } from 'node:fs/promises';
import { encodeHeader } from '../../../models/safetensorsWriter';
import { pairsOf } from './smallModel';

const BYTES_PER_WEIGHT = 2; // F16

/** Writes the file to `path` and resolves to the length that its header asks for; `length` cuts it there. */
export async function writeSparseModel(path: string, length?: number): Promise<number> {
  let end = 0;
  const entries = pairsOf('full').map(({ ldm, shape }) => {
    const begin = end;
    end += BYTES_PER_WEIGHT * shape.reduce((product, size) => product * size, 1);
    return [ldm, { dtype: 'F16', shape, data_offsets: [begin, end] }] as const;
  });
  const header = encodeHeader(entries);
  const whole = header.length + end;
  const file = await open(path, 'w');
  try {
    await file.writeFile(header);
    await file.truncate(length ?? whole);
  } finally {
    await file.close();
  }
  return whole;
}

/** The same with a header that claims to be `claim` bytes long. */
export async function writeLyingModel(path: string, claim: bigint): Promise<void> {
  await writeSparseModel(path);
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, claim, true);
  const file = await open(path, 'r+');
  try {
    await file.write(prefix, 0, prefix.length, 0);
  } finally {
    await file.close();
  }
}
