/**
 * A turn of the event loop. ORT's WASM computes synchronously behind its promises, so without this neither an abort
 * message nor Ctrl-C would be seen before the work is done.
 */
export const untilMessagesAreRead = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
