/** How a method does its work: with whose products, until when, telling whom. */
import { untilMessagesAreRead } from '../../turn';
import type { MatMul } from '../matrix/matMul';

export interface Work {
  readonly matMul: MatMul;
  readonly signal: AbortSignal;
  /** What is done, of all there is to do, in units of the method's own. */
  readonly progress?: (done: number, of: number) => void;
}

/** Tells that more is done, gives way to messages, and throws the signal's reason once it is aborted. */
export type Advance = (by: number) => Promise<void>;

export function advancing({ signal, progress }: Work, of: number): Advance {
  let done = 0;
  return async (by) => {
    done += by;
    progress?.(done, of);
    await untilMessagesAreRead();
    signal.throwIfAborted();
  };
}
