/**
 * What names a converted model: the same files give the same id on any device, wherever their bytes lie. The page's store
 * and folders on disk go by it alike, so a page can tell that a host beside it has the model that it has itself.
 */

/** Weights are hashed in pieces of so many bytes, of which the last may be shorter. */
export const CHUNK_BYTES = 16 * 1024 * 1024;

/** The weights of a stage: their length, and the SHA-256 of each piece, 64 hexadecimal digits. */
export interface HashedStage {
  readonly name: string;
  readonly bytes: number;
  readonly chunks: readonly { readonly sha256: string }[];
}

const ID_FORMAT = 1;

/** The text whose SHA-256 is the id that `manifest` and `stages` add up to. */
export function idText(manifest: unknown, stages: readonly HashedStage[]): string {
  const parts = stages.map(({ name, bytes, chunks }) => [name, bytes, chunks.map((chunk) => chunk.sha256)]);
  return JSON.stringify([ID_FORMAT, manifest, parts]);
}
