/** What names a LoRA's bytes, here and in other programs. */
import { later } from '../models/later';
import type { ByteSource } from '../models/source';

const SLICE_BYTES = 1 << 22;

/** SHA-256 of all of it, 64 hexadecimal digits. */
export const wholeHash = (source: ByteSource): Promise<string> => hashFrom(source, 0);

/**
 * "AutoV3" on Civitai, `Lora hashes` in pictures of stable-diffusion-webui (its modules/hashes.py, `addnet_hash_safetensors`, 1.10):
 * the SHA-256 of all behind the header, which may be edited, its first 12 hexadecimal digits. `source` is a safetensors file,
 * whose header was checked.
 */
export async function loraHash(source: ByteSource): Promise<string> {
  const prefix = await source.read(0, 8);
  const header = new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
  return (await hashFrom(source, 8 + Number(header))).slice(0, 12);
}

async function hashFrom(source: ByteSource, start: number): Promise<string> {
  const { createSHA256 } = await later(import('./download/sha256'));
  const hasher = (await createSHA256()).init();
  for (let at = start; at < source.size; at += SLICE_BYTES)
    hasher.update(await source.read(at, Math.min(source.size, at + SLICE_BYTES)));
  return hasher.digest('hex');
}
