/** A worker that lives in this thread: the same messages, and a switch to die by. */
import { expose } from 'comlink';
import type { EngineWorker } from '../../web/engine';
import type { EngineApi } from '../../workers/api';

export interface FakeWorker extends EngineWorker {
  die(message: string): void;
  garble(): void;
  terminated: boolean;
}

export function fakeWorker(engine: Partial<EngineApi>): FakeWorker {
  const { port1, port2 } = new MessageChannel();
  expose(engine, port2 as never);
  const listeners = new EventTarget();
  const fire = (type: string, fields: object): void => {
    listeners.dispatchEvent(Object.assign(new Event(type), fields));
  };
  port1.addEventListener('message', (event: unknown) => fire('message', { data: (event as { data: unknown }).data }));
  port1.start();
  port2.start();
  return {
    postMessage: (message: unknown, transfer: never) => port1.postMessage(message, transfer),
    addEventListener: listeners.addEventListener.bind(listeners) as never,
    removeEventListener: listeners.removeEventListener.bind(listeners) as never,
    terminated: false,
    terminate() {
      this.terminated = true;
      port1.close();
    },
    die: (message) => fire('error', { message }),
    garble: () => fire('messageerror', {}),
  };
}
