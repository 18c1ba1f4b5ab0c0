/** An engine over workers that live in this thread, as the specs of it drive it. */
import { createEngine, type EngineOptions } from '../../web/engine';
import type { EngineApi, ImageEvent, ImageRequest, Port } from '../../workers/api';
import { type FakeWorker, fakeWorker } from './fakeWorker';

export const request = { prompt: 'x' } as ImageRequest;
export const finished: ImageEvent = {
  type: 'finished',
  timings: { textEncoder: 0, unet: 0, vaeDecoder: 0, loading: 0, total: 0 },
  heapBytes: {},
};
export const step = (index: number): ImageEvent => ({ type: 'step', image: 0, index, of: 9, milliseconds: 1 });
export const never = new AbortController().signal;
export const turn = (milliseconds = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** An engine over fakes that all behave as `api`; `workers` fills as they are spawned. */
export function setUp(api: Partial<EngineApi>, options: EngineOptions = {}) {
  const workers: FakeWorker[] = [];
  const spawn = (): FakeWorker => {
    workers.push(fakeWorker(api));
    return workers.at(-1)!;
  };
  return { workers, engine: createEngine(spawn, { idleMilliseconds: 5, ...options }) };
}

export async function collect<T>(events: AsyncIterable<T>, each: (event: T) => void = () => undefined): Promise<T[]> {
  const all: T[] = [];
  for await (const event of events) {
    all.push(event);
    each(event);
  }
  return all;
}

export const drawWith = (draw: (port: Port) => void): Partial<EngineApi> => ({
  draw: (_model, _backend, _request, port) => draw(port),
  models: async () => [],
});
