import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { JobOrder } from '../../web/jobs';
import { INITIAL, type Message, reduce, type State } from '../../web/reducer';
import type { ImportEvent, ModelSummary, ReadEvent } from '../../workers/api';

const model: ModelSummary = { id: 'a', name: 'm', origins: ['folder'], bytes: 10, width: 8, height: 8 };
const other: ModelSummary = { ...model, id: 'b', name: 'other' };

/** Messages at 0, 100, 200 … milliseconds. */
const after = (state: State, ...messages: readonly Message[]): State =>
  messages.reduce((now, message, index) => reduce(now, message, index * 100), state);
const begin = (id: number, kind: JobOrder['kind'] = 'picked'): Message => ({
  type: 'job',
  order: { id, kind, name: `job ${id}`, ...(kind === 'verify' ? { modelId: 'a' } : {}) },
});
const event = (id: number, told: ImportEvent | ReadEvent): Message => ({ type: 'job-event', id, event: told });
const converting = (bytes: number): ImportEvent => ({ type: 'converting', stage: 'unet', bytes, of: 10 });
const downloading = (bytes: number): ImportEvent => ({ type: 'downloading', bytes, of: 10 });
const failed = (
  code: 'aborted' | 'corrupt-store' | 'bad-model',
): { type: 'failed'; code: typeof code; message: string } => ({
  type: 'failed',
  ...{ code, message: code },
});
const phases = ({ jobs }: State) => jobs.map(({ id, phase, bytes }) => [id, phase, bytes]);

test('jobs run side by side, each by its own events, and end one by one', () => {
  let state = after(INITIAL, begin(1), begin(2, 'download'), event(2, downloading(4)), event(1, converting(3)));
  assert.equal(phases(state), [
    [1, 'converting', 3],
    [2, 'downloading', 4],
  ]);
  state = after(state, event(2, converting(1)), event(1, { type: 'imported', model }));
  assert.equal(phases(state), [[2, 'converting', 1]]);
  assert.is(state.jobs[0]!.samples.length, 1); // the conversion has a pace of its own
});

test('a model that came in is listed once and used, and said', () => {
  let state = after(INITIAL, begin(1), event(1, { type: 'imported', model }));
  state = after(state, begin(2), event(2, { type: 'imported', model }));
  assert.equal([state.models, state.modelId, state.jobs], [[model], 'a', []]);
  assert.equal(state.toast, { type: 'ready', id: 'a', name: 'm', used: true });
});

test('a model whose weights had to be rounded says so once it is there', () => {
  const rounded = { type: 'rounded', weights: 'int8' } as const;
  const state = after(
    INITIAL,
    begin(1),
    event(1, rounded),
    event(1, converting(1)),
    event(1, { type: 'imported', model }),
  );
  assert.equal(state.toast, { type: 'ready', id: 'a', name: 'm', used: true, rounded: 'int8' });
});

test('the demo model comes without a word', () => {
  assert.is(after(INITIAL, begin(1, 'demo'), event(1, { type: 'imported', model })).toast, undefined);
});

test('no model is changed under a drawing; one that waits for a model takes it', () => {
  const request = { prompt: '' } as never;
  const draw: Message = { type: 'draw', request, modelName: 'm', backend: 'wasm' };
  const drawing = after({ ...INITIAL, models: [model], modelId: 'a' }, begin(1), draw);
  const state = after(drawing, event(1, { type: 'imported', model: other }));
  assert.equal([state.modelId, state.models.length], ['a', 2]);
  assert.equal(state.toast, { type: 'ready', id: 'b', name: 'other', used: false });
  assert.is(after(INITIAL, begin(1), draw, event(1, { type: 'imported', model: other })).modelId, 'b');
});

test('a pause keeps the job and what it has; begun again it stands in its old place', () => {
  const paused = after(
    INITIAL,
    ...[begin(1, 'download'), begin(2), event(1, downloading(4))],
    ...[{ type: 'job-stop', id: 1, how: 'pause' } as const, event(1, { type: 'paused' })],
  );
  assert.equal([paused.jobs[0]!.phase, paused.jobs[0]!.bytes, paused.jobs[0]!.stopping], ['paused', 4, undefined]);
  const again = after(paused, begin(1, 'download'));
  assert.equal(phases(again), [
    [1, 'waiting', 4],
    [2, 'waiting', 0],
  ]);
});

test('a server that did not deliver is asked again at a time that is known; a new beginning begins at nothing', () => {
  const retrying = { type: 'retrying', url: 'https://x', got: 'HTTP 503', milliseconds: 1000 } as const;
  const state = after(INITIAL, begin(1, 'download'), event(1, downloading(4)), event(1, retrying));
  assert.equal([state.jobs[0]!.phase, state.jobs[0]!.retryAt, state.jobs[0]!.bytes], ['retrying', 1200, 4]);
  const restarted = after(state, event(1, { type: 'restarted', url: 'https://x', got: 'another file' }));
  assert.is(restarted.jobs[0]!.bytes, 0);
});

test('a failure ends the job, says which one it was, and keeps the model in use', () => {
  const state = after({ ...INITIAL, models: [model], modelId: 'a' }, begin(1), begin(2), event(1, failed('bad-model')));
  assert.equal([state.problem?.during, state.problem?.job?.name, state.modelId], ['picked', 'job 1', 'a']);
  assert.equal(phases(state), [[2, 'waiting', 0]]);
});

test('a stop that was asked for is no problem', () => {
  const state = after(INITIAL, begin(1), { type: 'job-stop', id: 1, how: 'abort' });
  assert.is(state.jobs[0]!.stopping, 'abort');
  const ended = after(state, event(1, failed('aborted')));
  assert.equal([ended.jobs, ended.problem, ended.toast], [[], undefined, undefined]);
});

test('a check ends in a verdict on its model: sound, or damaged; a model that comes in anew has none', () => {
  const sound = after(
    INITIAL,
    begin(1, 'verify'),
    event(1, { type: 'reading', bytes: 1, of: 2 }),
    event(1, { type: 'verified' }),
  );
  assert.equal([sound.verdicts, sound.problem, sound.jobs], [{ a: 'sound' }, undefined, []]);
  const damaged = after(sound, begin(2, 'verify'), event(2, failed('corrupt-store')));
  assert.equal(damaged.verdicts, { a: { code: 'corrupt-store', message: 'corrupt-store' } });
  assert.is(damaged.problem, undefined);
  assert.equal(after(damaged, begin(3), event(3, { type: 'imported', model })).verdicts, {});
});

test('a job that was given up is gone', () => {
  const state = after(INITIAL, begin(1), begin(2), { type: 'job-gone', id: 1 });
  assert.equal(phases(state), [[2, 'waiting', 0]]);
});

test.run();
