/** Another thread: a worker of whatever kind this place has, which is listened to from its first moment on. */
import { CodedError } from '../../errors';
import type { Order } from './obeying';

/** It answers each order with a message. */
export interface Helper {
  /** Why it is no more, where that is known. */
  readonly failure: CodedError | undefined;
  order(order: Order): void;
  /** Settles with the next answer; rejects with `failure` when the thread has died, be it long before. */
  answer(): Promise<void>;
  /** It is not needed any more; whoever waits for it hears that. */
  end(): void;
}

/** What a worker's events are told to. */
export interface Heard {
  answered(): void;
  died(why: CodedError): void;
}

/** That a thread is no more, as `got` says; `argument` is what did not come of it. */
export const workerDied = (got: string, argument = 'a thread of the kernels'): CodedError =>
  new CodedError('worker-died', { argument, expected: 'all threads to do their share', got });

/** So many seconds without an answer are a death. Counted one by one, so that a device that slept has slept for one of them. */
const PATIENCE_SECONDS = 30;

/** A helper over the worker that `start` starts, `secondMilliseconds` apart from what a second is taken to be in specs. */
export function helperOf(start: (heard: Heard) => Pick<Helper, 'order' | 'end'>, secondMilliseconds = 1000): Helper {
  let failure: CodedError | undefined;
  let isUp = false;
  const waiting: { readonly settle: (why?: CodedError) => void }[] = [];
  const died = (why: CodedError): void => {
    failure ??= why;
    for (const { settle } of waiting.splice(0)) settle(failure);
  };
  const worker = start({
    answered() {
      isUp = true;
      waiting.shift()?.settle();
    },
    died,
  });
  return {
    order: worker.order,
    end() {
      worker.end();
      died(workerDied('its end, which was asked for'));
    },
    get failure() {
      return failure;
    },
    answer: () =>
      new Promise((resolve, reject) => {
        if (failure) return reject(failure);
        let left = PATIENCE_SECONDS;
        const tick = (): void => void (--left === 0 && died(workerDied(`no answer for ${PATIENCE_SECONDS} seconds`)));
        // A program may be on its way for longer than any order takes.
        const ticking = isUp ? setInterval(tick, secondMilliseconds) : undefined;
        const settle = (why?: CodedError): void => {
          clearInterval(ticking);
          if (why) reject(why);
          else resolve();
        };
        waiting.push({ settle });
      }),
  };
}
