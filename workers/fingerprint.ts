/** Tells the same source again without reading it whole: by names, sizes, dates, and what stands here and there in each file. */
import type { ByteSource, Folder } from '../models/source';
import { sha256 } from './store/chunks';

/** Files up to this size are read whole. */
const SMALL_BYTES = 4 << 20;
/** The header of a checkpoint lies in the first of these bytes. */
const END_BYTES = 1 << 20;
/** Between the ends, so that a network trained on, or merged with another, is told from what it was under a kept date. */
const SAMPLES = 16;
const SAMPLE_BYTES = 1 << 16;

/** The same for the same files, 64 hexadecimal digits; another one once a file was written again. */
export async function fingerprint(input: Folder | ByteSource): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(await facts(input))));
}

async function facts(input: Folder | ByteSource): Promise<unknown> {
  if (!('paths' in input)) return factsOf(input);
  const files = await Promise.all(input.paths().map(async (path) => [path, await input.file(path)] as const));
  // What a folder calls a file may say more than its own name does: a LoRA's weight (models/openDisk.node.ts).
  return Promise.all(files.flatMap(([path, file]) => (file ? [factsOf(file).then((its) => [path, its])] : [])));
}

async function factsOf(source: ByteSource): Promise<unknown[]> {
  const hashes: string[] = [];
  for (const [start, end] of lookedAt(source.size)) {
    hashes.push(await sha256(new Uint8Array(await source.read(start, end))));
  }
  return [source.name, source.size, source.changed ?? null, hashes];
}

function lookedAt(size: number): (readonly [start: number, end: number])[] {
  if (size <= SMALL_BYTES) return [[0, size]];
  const between = Array.from({ length: SAMPLES }, (_, i) => {
    const start = END_BYTES + Math.floor(((i + 0.5) * (size - 2 * END_BYTES)) / SAMPLES);
    return [start, start + SAMPLE_BYTES] as const;
  });
  return [[0, END_BYTES], ...between, [size - END_BYTES, size]];
}
