/** Pushed on one side, awaited on the other: how events that arrive as messages become an async iteration. */
export interface EventQueue<T> {
  push(event: T): void;
  /** The oldest event not yet taken. One caller at a time. */
  next(): Promise<T>;
}

export function eventQueue<T>(): EventQueue<T> {
  const waiting: T[] = [];
  let wake: (() => void) | undefined;
  return {
    push(event) {
      waiting.push(event);
      wake?.();
    },
    async next() {
      while (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return waiting.shift()!;
    },
  };
}
