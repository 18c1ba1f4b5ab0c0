import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Drawing, median } from '../../web/drawing';
import { INITIAL, type Message, reduce, type State } from '../../web/reducer';
import type { ImageEvent, ImageRequest, Picture } from '../../workers/api';

const request: ImageRequest = {
  ...{ prompt: 'an apple', negativePrompt: '', seed: 5, steps: 2, guidanceScale: 7.5, width: 8, height: 8 },
  ...{ scheduler: 'pndm', numImages: 2, guidance: 'two-calls', memory: 'auto' },
};
const picture = (seed: number): Picture => ({ width: 8, height: 8, pixels: new Uint8Array(192), seed });

/** Messages at 0, 100, 200 … milliseconds. */
const after = (state: State, ...messages: readonly Message[]): State =>
  messages.reduce((now, message, index) => reduce(now, message, index * 100), state);
const begin: Message = { type: 'draw', request, modelName: 'm', backend: 'wasm' };
const image = (event: ImageEvent): Message => ({ type: 'image', event });
const step = (index: number, milliseconds = 50, at = 0): Message =>
  image({ type: 'step', image: at, index, of: 3, milliseconds });

test('a drawing goes from waiting through steps and decoding to a picture on show, and ends', () => {
  const drawing = (state: State): Drawing => state.drawing!;
  let state = after(INITIAL, begin);
  assert.is(drawing(state).phase, 'waiting');
  state = after(state, image({ type: 'loading', stage: 'unet', bytes: 1, of: 2 }));
  assert.is(drawing(state).phase, 'loading');
  state = after(state, step(1), step(2));
  assert.equal([drawing(state).phase, drawing(state).step, drawing(state).of], ['steps', 2, 3]);
  state = reduce(state, image({ type: 'decoding', image: 0 }), 1000);
  assert.equal([drawing(state).phase, drawing(state).decodingSince], ['decoding', 1000]);
  state = reduce(state, image({ type: 'image', image: 0, picture: picture(5) }), 1200);
  assert.is(state.shown, 1);
  assert.is(drawing(state).image, 1); // the second of two is next
  const { picture: drawn, milliseconds, backend } = state.pictures[0]!;
  assert.equal([drawn.seed, milliseconds, backend], [5, 1200, 'wasm']);
  assert.is(state.decodeSteps, 4); // 200 ms of decoding at 50 ms a step
  state = after(
    state,
    image({
      type: 'finished',
      timings: { textEncoder: 0, unet: 0, vaeDecoder: 0, loading: 0, total: 0 },
      heapBytes: {},
    }),
  );
  assert.is(state.drawing, undefined);
});

test('a failure keeps every picture, and says what failed and on what', () => {
  const drawn = after(INITIAL, begin, image({ type: 'image', image: 0, picture: picture(5) }));
  const state = after(drawn, image({ type: 'failed', code: 'out-of-memory', message: 'x' }));
  assert.is(state.pictures.length, 1);
  assert.is(state.shown, 1);
  assert.is(state.drawing, undefined);
  assert.equal(state.problem, { during: 'draw', failure: { code: 'out-of-memory', message: 'x' }, backend: 'wasm' });
  assert.is(after(state, begin).problem, undefined);
});

test('a cancel is no problem', () => {
  const state = after(INITIAL, begin, { type: 'abort' });
  assert.is(state.drawing?.aborting, true);
  const ended = after(state, image({ type: 'failed', code: 'aborted', message: 'aborted' }));
  assert.equal([ended.drawing, ended.problem], [undefined, undefined]);
});

test('a picture has the hashes that its LoRAs had when it was drawn, whatever becomes of these', () => {
  const told = (ignored: readonly string[]) => image({ type: 'loras', hashes: { ink: '0123456789ab' }, ignored });
  const drawn = image({ type: 'image', image: 0, picture: picture(5) });
  const state = after(INITIAL, begin, told([]), drawn);
  assert.equal(state.pictures[0]!.loraHashes, { ink: '0123456789ab' });
  assert.is(after(INITIAL, begin, drawn).pictures[0]!.loraHashes, undefined);
});

test('parts of LoRAs that are left out are said once, and again when they are others', () => {
  const told = (...ignored: readonly string[]) => image({ type: 'loras', hashes: {}, ignored });
  const away: Message = { type: 'ignored', ignored: undefined };
  const state = after(INITIAL, begin, told('ink: a', 'ink: b'));
  assert.equal(state.ignored, { name: 'm', parts: ['ink: a', 'ink: b'] });
  const read = after(state, away, begin, told('ink: a', 'ink: b'));
  assert.is(read.ignored, undefined);
  assert.equal(after(read, begin, told('ink: a')).ignored, { name: 'm', parts: ['ink: a'] });
  assert.is(after(read, begin, told()).ignored, undefined);
});

test('what was cut from the prompt outlives the drawing, until the next one', () => {
  const cut = image({ type: 'prompt', which: 'prompt', tokens: 77, cut: 'the end' });
  const state = after(INITIAL, begin, cut, image({ type: 'failed', code: 'internal', message: 'x' }));
  assert.equal(state.cut, { prompt: 'the end', negativePrompt: '' });
  assert.equal(after(state, begin).cut, { prompt: '', negativePrompt: '' });
});

test('events after the end of a job change nothing', () => {
  assert.is(after(INITIAL, step(1)), INITIAL);
  assert.is(after(INITIAL, { type: 'job-event', id: 1, event: { type: 'verified' } }), INITIAL);
  assert.is(after(INITIAL, { type: 'abort' }), INITIAL);
});

test('what the engine answers is kept, and nothing else changes', () => {
  const report = { persisted: true, models: 5, freeable: [] };
  const state = after({ ...INITIAL, modelId: 'a' }, { type: 'learned', storage: report, weightForms: ['auto'] });
  assert.equal(state, { ...INITIAL, modelId: 'a', storage: report, weightForms: ['auto'] });
  assert.is(after(state, { type: 'learned', forecast: undefined }).forecast, undefined);
});

test('the estimate looks back on the last eight steps', () => {
  const steps = Array.from({ length: 12 }, (_, index) => step(index + 1, index));
  assert.equal(after(INITIAL, begin, ...steps).drawing?.recent, [4, 5, 6, 7, 8, 9, 10, 11]);
});

test('the median of nothing, of odd and of even many', () => {
  assert.equal([median([]), median([3, 1, 100]), median([4, 1, 2, 100])], [0, 3, 3]);
});

test.run();
