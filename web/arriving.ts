/** Models on their way: what a drawing without a model waits for. */
const coming = new Set<Promise<void>>();

export const arriving = {
  get count(): number {
    return coming.size;
  },
  add(promise: Promise<void>): Promise<void> {
    coming.add(promise);
    const over = (): void => void coming.delete(promise);
    promise.then(over, over);
    return promise;
  },
  /** Settles when the first of them is there, or is not coming. */
  next: (): Promise<void> => Promise.race(coming),
};
