/** Drawings that are stopped: whether the engine hears, and what becomes of whoever else waits on it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { collect, drawWith, finished, request, setUp, step, turn } from './engineOver';

test('an abort reaches the job as a message, and its answer ends the stream', async () => {
  const { engine, workers } = setUp(
    drawWith((port) => {
      port.addEventListener('message', ({ data }) => {
        assert.equal(data, { type: 'abort' });
        port.postMessage({ type: 'failed', code: 'aborted', message: 'heard' });
      });
      port.start();
      port.postMessage(step(1));
    }),
  );
  const abort = new AbortController();
  const events = await collect(engine.draw('m', 'wasm', request, abort.signal), () => abort.abort());
  assert.equal(events.at(-1), { type: 'failed', code: 'aborted', message: 'heard' });
  assert.not(workers[0]!.terminated);
});

test('a worker deaf to an abort is ended, and the job counts as aborted', async () => {
  const { engine, workers } = setUp(
    drawWith((port) => port.postMessage(step(1))),
    { abortMilliseconds: 5 },
  );
  const abort = new AbortController();
  const events = await collect(engine.draw('m', 'wasm', request, abort.signal), () => abort.abort());
  assert.equal(events.at(-1), { type: 'failed', code: 'aborted', message: 'aborted' });
  assert.ok(workers[0]!.terminated);
});

test('a deaf worker is left alone while it has other work', async () => {
  let finish: (() => void) | undefined;
  const { engine, workers } = setUp(
    {
      ...drawWith((port) => {
        port.postMessage(step(1));
        finish = () => port.postMessage(finished);
      }),
      models: async () => {
        await turn(30);
        return [];
      },
    },
    { abortMilliseconds: 5 },
  );
  const abort = new AbortController();
  const drawn = collect(engine.draw('m', 'wasm', request, abort.signal), () => abort.abort());
  assert.equal(await engine.models(), []);
  assert.not(workers[0]!.terminated);
  finish?.();
  assert.is((await drawn).at(-1)?.type, 'finished');
});

test('what can be asked again keeps no deaf worker alive, and is asked again', async () => {
  let asked = 0;
  const report = { heat: 'none', backends: [], models: [] } as const;
  const { engine, workers } = setUp(
    {
      ...drawWith((port) => port.postMessage(step(1))),
      host: () => {
        asked += 1;
        return asked === 1 ? new Promise(() => undefined) : Promise.resolve(report);
      },
    },
    { abortMilliseconds: 5 },
  );
  const abort = new AbortController();
  const told = engine.host();
  const events = await collect(engine.draw('m', 'wasm', request, abort.signal), () => abort.abort());
  assert.equal(events.at(-1), { type: 'failed', code: 'aborted', message: 'aborted' });
  assert.ok(workers[0]!.terminated);
  assert.equal(await told, report);
  assert.equal([asked, workers.length], [2, 2]);
});

test('a job aborted before it began never starts', async () => {
  let started = false;
  const { engine } = setUp(
    drawWith(() => {
      started = true;
    }),
  );
  const events = await collect(engine.draw('m', 'wasm', request, AbortSignal.abort()));
  assert.equal(events, [{ type: 'failed', code: 'aborted', message: 'aborted' }]);
  await turn(5);
  assert.not(started);
});

test.run();
