import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EngineFailure } from '../../web/engine';
import type { ImageEvent, ImageRequest } from '../../workers/api';
import { collect, drawWith, finished, never, request, setUp, step, turn } from './engineOver';

test('events arrive in order, and the stream ends with the last of them', async () => {
  const { engine } = setUp(
    drawWith((port) => {
      for (const event of [step(1), step(2), finished, step(3)]) port.postMessage(event);
    }),
  );
  assert.equal(await collect(engine.draw('m', 'wasm', request, never)), [step(1), step(2), finished]);
});

test('a worker that is gone without an error is told by the lock that it held', async () => {
  // A lock that comes free a little after it is asked for.
  const asked: string[] = [];
  const request = async (name: string, work: () => void): Promise<void> => {
    asked.push(name);
    setTimeout(work, 20);
  };
  const api = { ...drawWith((port) => port.postMessage(step(1))), life: async () => 'life 1' };
  const { engine, workers } = setUp(api, { locks: { request } });
  const silence = turn(500).then(() => workers[0]!.die('not noticed'));
  const events = await Promise.race([collect(engine.draw('m', 'wasm', {} as ImageRequest, never)), silence]);
  assert.equal(asked, ['life 1']);
  assert.equal(events, [step(1), { type: 'failed', code: 'worker-died', message: 'worker-died: it is gone' }]);
  assert.equal(await engine.models(), []);
  assert.is(workers.length, 2);
});

test('a drawing with little memory does not inherit the heap of one with more, unless somebody works there', async () => {
  const api = { ...drawWith((port) => port.postMessage(finished)), storage: () => new Promise<never>(() => undefined) };
  const { engine, workers } = setUp(api, { idleMilliseconds: 1_000 });
  const draw = (memory: ImageRequest['memory']): Promise<unknown> =>
    collect(engine.draw('m', 'wasm', { ...request, memory }, never));
  await draw('low');
  await draw('auto');
  assert.is(workers.length, 1, 'growing needs no new worker');
  await draw('low');
  assert.is(workers.length, 2, 'shrinking does');
  assert.ok(workers[0]!.terminated);
  await draw('low');
  assert.is(workers.length, 2, 'a worker that never grew is kept');
  await draw('auto');
  void engine.storage().catch(() => undefined);
  await draw('low');
  assert.is(workers.length, 2, 'a question is still open there');
  assert.not.ok(workers[1]!.terminated);
  workers[1]!.die('over');
});

test('nothing is spawned before it is needed; questions are answered', async () => {
  const { engine, workers } = setUp({ models: async () => [] });
  assert.is(workers.length, 0);
  assert.equal(await engine.models(), []);
  assert.is(workers.length, 1);
});

test('an error thrown by a question becomes a failure', async () => {
  const { engine } = setUp({
    models: async () => {
      throw new Error('no database');
    },
  });
  const error = await engine.models().then(
    () => assert.unreachable(),
    (thrown: unknown) => thrown,
  );
  assert.instance(error, EngineFailure);
  assert.equal((error as EngineFailure).failure, { code: 'internal', message: 'internal: no database' });
});

test('a failure thrown as data by a question keeps its code and details', async () => {
  const details = { argument: 'list', expected: 'JSON', got: '{' };
  const failure = { code: 'bad-catalog', message: 'bad-catalog: list', details } as const;
  const { engine } = setUp({ catalog: () => Promise.reject(failure) });
  const thrown = await engine.catalog('https://example.org/list.json').catch((error: unknown) => error);
  assert.equal((thrown as EngineFailure).failure, failure);
});

test('what is stored is asked about, hidden, had back and given up by name', async () => {
  const asked: unknown[] = [];
  const noted =
    <T>(name: string, answer: T) =>
    async (...args: unknown[]): Promise<T> => {
      asked.push([name, ...args]);
      return answer;
    };
  const report = { persisted: false, models: 5, freeable: [] };
  const model = { id: 'a', name: 'A', origins: [], bytes: 5, width: 8, height: 8 };
  const { engine } = setUp({
    storage: noted('storage', report),
    discardModel: noted('discardModel', undefined),
    restoreModel: noted('restoreModel', model),
    freeUp: noted('freeUp', undefined),
  });
  assert.equal(await engine.storage(), report);
  await engine.discardModel('a');
  assert.equal(await engine.restoreModel('a'), model);
  await engine.freeUp('key');
  assert.equal(asked, [['storage'], ['discardModel', 'a'], ['restoreModel', 'a'], ['freeUp', 'key']]);
});

test('a pause reaches a download as a message, and its answer ends the stream', async () => {
  const heard: unknown[] = [];
  const { engine } = setUp({
    download: (_model, _options, port) => {
      port.addEventListener('message', ({ data }) => {
        heard.push(data);
        port.postMessage({ type: 'paused' });
      });
      port.start();
      port.postMessage({ type: 'downloading', bytes: 1, of: 2 });
    },
  });
  const pause = new AbortController();
  const remote = { name: 'm', urls: ['https://example.org/m'] };
  const events = await collect(engine.download(remote, {}, never, pause.signal), () => pause.abort());
  assert.equal(heard, [{ type: 'pause' }]);
  assert.equal(events.at(-1), { type: 'paused' });
});

test('a verification and an export end with their last word', async () => {
  const file = new Blob(['model']);
  const { engine } = setUp({
    verify: (_id, port) => {
      for (const event of [{ type: 'reading', bytes: 1, of: 1 }, { type: 'verified' }, step(1)])
        port.postMessage(event);
    },
    exportModel: (_id, port) => port.postMessage({ type: 'exported', name: 'm', file }),
  });
  assert.equal(
    (await collect(engine.verify('m', never))).map(({ type }) => type),
    ['reading', 'verified'],
  );
  assert.equal(
    (await collect(engine.exportModel('m', never))).map(({ type }) => type),
    ['exported'],
  );
});

test('an error thrown by a job ends its stream', async () => {
  const { engine } = setUp(
    drawWith(() => {
      throw new Error('no such thing');
    }),
  );
  assert.equal(await collect(engine.draw('m', 'wasm', request, never)), [
    { type: 'failed', code: 'internal', message: 'internal: no such thing' },
  ]);
});

test('a dying worker ends every job and every question with `worker-died`, and the next one gets a fresh worker', async () => {
  const { engine, workers } = setUp({
    ...drawWith((port) => port.postMessage(step(1))),
    models: () => new Promise(() => undefined),
    backends: async () => [],
  });
  const question = engine.models().then(
    () => assert.unreachable(),
    (error: EngineFailure) => error.failure.code,
  );
  const events = await collect(engine.draw('m', 'wasm', request, never), () => workers[0]!.die('boom'));
  assert.equal(events.at(-1), { type: 'failed', code: 'worker-died', message: 'worker-died: boom' });
  assert.is(await question, 'worker-died');
  assert.ok(workers[0]!.terminated);
  assert.equal(await engine.backends(), []);
  assert.is(workers.length, 2);
});

test('a worker to which something did not come is replaced, unless it has other work', async () => {
  const failed: ImageEvent = { type: 'failed', code: 'download-failed', message: 'download-failed: program' };
  const { engine, workers } = setUp({
    ...drawWith((port) => port.postMessage(failed)),
    models: async () => {
      await turn(30);
      return [];
    },
  });
  const busy = engine.models();
  assert.equal(await collect(engine.draw('m', 'wasm', request, never)), [failed]);
  await busy;
  assert.not(workers[0]!.terminated);
  assert.equal(await collect(engine.draw('m', 'wasm', request, never)), [failed]);
  assert.ok(workers[0]!.terminated);
  assert.equal(await collect(engine.draw('m', 'wasm', request, never)), [failed]);
  assert.is(workers.length, 2);
});

test('a worker to which a way to compute did not come is asked no more, unless it has work', async () => {
  const missing = { name: 'wasm-int8', available: false, why: 'download-failed', threads: 2 } as const;
  let why: string = missing.why;
  const { engine, workers } = setUp({
    ...drawWith(() => undefined),
    backends: async () => [{ ...missing, why }],
  });
  assert.equal(await engine.backends(), [missing]);
  assert.ok(workers[0]!.terminated);
  why = '';
  await engine.backends();
  assert.equal([workers.length, workers[1]!.terminated], [2, false]);
  const drawn = collect(engine.draw('m', 'wasm', request, never));
  why = missing.why;
  await engine.backends();
  assert.not(workers[1]!.terminated);
  workers[1]!.die('over');
  await drawn;
});

test('an unreadable message is a death too', async () => {
  const { engine, workers } = setUp(drawWith((port) => port.postMessage(step(1))));
  const events = await collect(engine.draw('m', 'wasm', request, never), () => workers[0]!.garble());
  assert.is((events.at(-1) as { code?: string }).code, 'worker-died');
});

test('an idle worker is ended, and gives its memory back', async () => {
  const { engine, workers } = setUp({ models: async () => [] }, { idleMilliseconds: 5 });
  await engine.models();
  assert.not(workers[0]!.terminated);
  await turn(30);
  assert.ok(workers[0]!.terminated);
  await engine.models();
  assert.is(workers.length, 2);
});

test.run();
