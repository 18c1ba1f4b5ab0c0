/**
 * Weights as the store keeps them: in chunks of one size, each named by its SHA-256.
 * 16 MiB (models/contentId.ts) is where IndexedDB writes fast without holding much (facts.md §7: 110 MB peak; Blobs hold 1 GB and fail at 512 MB).
 */

/**
 * Cuts a stream into chunks of `chunkBytes` (the last may be shorter). Every chunk lies in its own `ArrayBuffer`,
 * which is used again for the next: write it before asking for more.
 */
export async function* chunked(
  stream: AsyncIterable<Uint8Array>,
  chunkBytes: number,
): AsyncGenerator<ArrayBuffer, void, void> {
  const chunk = new Uint8Array(chunkBytes);
  let filled = 0;
  for await (let piece of stream) {
    while (piece.length > 0) {
      const taken = piece.subarray(0, chunkBytes - filled);
      chunk.set(taken, filled);
      filled += taken.length;
      piece = piece.subarray(taken.length);
      if (filled < chunkBytes) continue;
      yield chunk.buffer;
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.buffer.slice(0, filled);
}

/**
 * `sha256` of one buffer after another, through memory of its own: Chromium (156) holds on to what it has hashed until
 * the garbage collector comes by, even where the memory was transferred away: 100 MB more for 128 MB that were hashed.
 */
export function hashInTurn(): (bytes: ArrayBuffer) => Promise<string> {
  let copy = new Uint8Array(0);
  return (bytes) => {
    if (copy.length < bytes.byteLength) copy = new Uint8Array(bytes.byteLength);
    copy.set(new Uint8Array(bytes));
    return sha256(copy.subarray(0, bytes.byteLength));
  };
}

/** SHA-256 as 64 hexadecimal digits. */
export async function sha256(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
