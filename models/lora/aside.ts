/** A place for bytes that were made once and will be wanted again, outside of the memory that is short. */

/** Brings what was put there back. */
export type Kept = () => Promise<Uint8Array>;

export interface Aside {
  put(bytes: Uint8Array): Kept;
  close(): void;
}

/** In the browser's own hands: a blob lies in another process, and where that has too many of them on the disk. */
export const inBlobs = (): Aside => ({
  put(bytes) {
    const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
    return async () => new Uint8Array(await blob.arrayBuffer());
  },
  close: () => undefined,
});
