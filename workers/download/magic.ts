/** Tells by its first bytes what a server sent in a model's place, before gigabytes of it arrive. */
import { MAX_HEADER_BYTES } from '../../models/safetensorsHeader';

/** Bytes that are needed to tell. */
export const MAGIC_BYTES = 9;

/** What `head` is if it is no safetensors file: a length of the header (64 bits), then its `{`. */
export function notAModel(head: Uint8Array): string | undefined {
  if (head.length >= MAGIC_BYTES && head[8] === 0x7b) {
    const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
    if (length <= BigInt(MAX_HEADER_BYTES)) return undefined;
  }
  const text = new TextDecoder('latin1').decode(head);
  if (text.trimStart().startsWith('<')) return 'an HTML page';
  if (text.startsWith('version h')) return 'a Git LFS pointer';
  // A zip (torch.save since 1.6) or protocol 2 to 5 of a bare pickle.
  if (text.startsWith('PK') || (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5)) return 'a pickle (.ckpt)';
  return head.length < MAGIC_BYTES ? `${head.length} bytes` : 'other bytes';
}
