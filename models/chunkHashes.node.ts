/** The hashes that name a model (contentId.ts), of weights on their way to a disk. Node only. */
import { createHash } from 'node:crypto';
import { CHUNK_BYTES, type HashedStage } from './contentId';

/** Those of what comes in pieces of any length. */
export function chunkHashes() {
  const chunks: HashedStage['chunks'][number][] = [];
  let hash = createHash('sha256');
  let filled = 0;
  const next = (): void => {
    chunks.push({ sha256: hash.digest('hex') });
    hash = createHash('sha256');
    filled = 0;
  };
  return {
    update(piece: Uint8Array): void {
      for (let rest = piece; rest.length > 0; ) {
        const taken = rest.subarray(0, CHUNK_BYTES - filled);
        hash.update(taken);
        filled += taken.length;
        rest = rest.subarray(taken.length);
        if (filled === CHUNK_BYTES) next();
      }
    },
    end() {
      if (filled > 0) next();
      return chunks;
    },
  };
}
