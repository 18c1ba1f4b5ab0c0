/**
 * Gives a buffer's memory back now. Chunks are so large, and what handles them makes so little else, that the garbage
 * collector comes by too late: checking a network of 900 MB would leave hundreds of them lying about.
 */

/** `ArrayBuffer.prototype.transfer` (Chromium 114). Where it is missing, the collector comes by in the end. */
type Transferable = ArrayBuffer & { transfer?(bytes: number): ArrayBuffer };

/** `buffer` is empty afterwards, for whoever else still holds it too. */
export const release = (buffer: ArrayBuffer | undefined): void => {
  (buffer as Transferable | undefined)?.transfer?.(0);
};
