import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMeasured } from '../../web/measured';
import { INITIAL, reduce, type State } from '../../web/reducer';
import type { ImageEvent, ImageRequest } from '../../workers/api';

const request = { prompt: 'x', width: 8, height: 16, steps: 4, numImages: 2 } as ImageRequest;
const picture = { width: 8, height: 16, pixels: new Uint8Array(0), seed: 1 };
const image = (index: number): ImageEvent => ({ type: 'image', image: index, picture });
const fallen: ImageEvent = {
  type: 'fallen',
  stage: 'unet',
  from: 'npu',
  to: 'wasm',
  code: 'host-lost',
  message: 'host-lost',
};

/** The page after a click at 1,000 ms and these events, a second apart. */
function after(...events: readonly ImageEvent[]): State {
  const drawing = reduce(INITIAL, { type: 'draw', request, modelName: 'm', backend: 'npu' }, 1000);
  return events.reduce((state, event, i) => reduce(state, { type: 'image', event }, 2000 + 1000 * i), drawing);
}

test('the first picture of a drawing is measured, from the click on', () => {
  const measured = { npu: { milliseconds: 1000, width: 8, height: 16, steps: 4 } };
  assert.equal(after(image(0)).measured, measured);
  assert.equal(after(image(0), image(1)).measured, measured);
});

test('a picture that something else went on with is measured for neither, and is not called what it is not', () => {
  const state = after(fallen, { ...fallen, stage: 'vae_decoder' }, image(0));
  assert.equal(state.measured, {});
  assert.is(state.pictures[0]!.backend, 'wasm');
  assert.equal(state.toast, { type: 'fallen', from: 'npu', to: 'wasm' });
});

test('a network that the host never had is computed here without a word', () => {
  const state = after({ ...fallen, stage: 'text_encoder', code: 'backend-unavailable' }, image(0));
  assert.is(state.toast, undefined);
  assert.is(state.pictures[0]!.backend, 'npu');
});

test('of what was kept, the sound part is read', () => {
  const npu = { milliseconds: 9400, width: 512, height: 512, steps: 20 };
  assert.equal(parseMeasured(JSON.stringify({ npu, wasm: { milliseconds: 3 } })), { npu });
  for (const text of [null, '', '{', '7', 'null', '{"npu":null}']) assert.equal(parseMeasured(text), {}, String(text));
});

test.run();
