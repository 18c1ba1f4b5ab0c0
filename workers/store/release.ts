/** `ArrayBuffer.prototype.transfer` (Chromium 114), which gives memory back without waiting for the garbage collector. */
type Transferable = ArrayBuffer & { transfer?(bytes: number): ArrayBuffer };

/** Gives back what nobody needs any more, where this browser can; `buffer` is empty from then on. */
export function release(buffer: ArrayBuffer | undefined): void {
  (buffer as Transferable | undefined)?.transfer?.(0);
}
