/** Prompts joined by AND on their way into the network's calls: which are made, and what becomes of what they answer. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import type { Stage } from '../../workers/backend/backend';
import { estimateOf, modelSample } from '../../workers/diffusion/denoiser';
import { guided } from '../../workers/diffusion/guides';
import type { Latents } from '../../workers/diffusion/latents';
import { type Conditioning, guidedDenoiser, shownIn } from '../../workers/guidance';
import { checkpointModel } from '../../workers/model.checkpoint';
import { type AskedText, chunksOf, plannedTokens, readPrompts } from '../../workers/prompts';
import type { Tensor } from '../../workers/tensor';
import { fromRoot } from '../root';

const checkpoint = await openDiffusersFolder(await diskFolder(fromRoot('models/demo/model')));
const model = checkpointModel(checkpoint, planModel(checkpoint));
const ASKED = { negativePrompt: 'green', promptStyle: 'a1111', guidanceScale: 7.5, steps: 4 } as const;
const read = (prompt: string, more: Partial<AskedText> = {}) => readPrompts({ ...ASKED, ...more, prompt }, model);

test('each prompt is edited by itself; tags of LoRAs, and AND in the negative prompt, are none', async () => {
  const { steps, told } = await read('a [cat:dog:0.5] AND<lora:ink:1> b :0.5', { negativePrompt: 'x AND y :2' });
  assert.is(steps.length, 4);
  const weights = steps.map(({ composed }) => composed!.map(({ weight }) => weight));
  assert.equal(weights, Array(4).fill([1, 0.5]));
  const [first, , , last] = steps;
  assert.is(first.composed![0]!.chunks, first.prompt);
  assert.not.equal(first.prompt, last!.prompt);
  assert.equal(first.composed![1]!.chunks, last!.composed![1]!.chunks);
  assert.equal(first.composed![1]!.chunks, (await read('b')).steps[0].prompt);
  assert.equal(
    first.negativePrompt,
    (await read('x AND y :2', { negativePrompt: '', promptStyle: 'plain', longPrompts: 'chunks' })).steps[0].prompt,
  );
  assert.equal(
    told.map(({ which }) => which),
    ['prompt', 'negativePrompt'],
  );
});

test('a prompt alone loses its weight, too, where that is 1', async () => {
  assert.equal((await read('cat :1')).steps[0], (await read('cat')).steps[0]);
  assert.equal((await read(':1')).steps[0], (await read('')).steps[0]);
  assert.not.equal(
    (await read('cat :1', { promptStyle: 'plain' })).steps[0].prompt,
    (await read('cat')).steps[0].prompt,
  );
});

test('in plain style AND is a word, and a colon is one; the longest of several prompts counts', async () => {
  assert.is((await read('a AND b :0.5', { promptStyle: 'plain', longPrompts: 'chunks' })).steps[0].composed, undefined);
  assert.is((await read('one plain prompt')).steps[0].composed, undefined);
  const long = `a AND ${'word '.repeat(100)}`;
  assert.is(await plannedTokens({ ...ASKED, prompt: long }, model), 2 * 77);
  assert.is(chunksOf((await read('a AND b AND c')).steps[0]).length, 2 + 3);
});

test('the negative prompt is there whatever the scale is', async () => {
  assert.ok((await read('a AND b', { guidanceScale: 1 })).steps[0].negativePrompt);
  assert.is((await read('a', { guidanceScale: 1 })).steps[0].negativePrompt, undefined);
});

const states = (value: number): Tensor => ({ type: 'float32', shape: [1, 1, 1], data: Float32Array.of(value) });
const x: Latents = { shape: [1, 1, 1, 2], data: Float32Array.of(3, -2) };
/** Its noise is what the states say, and the same again doubled. */
function network(): { readonly unet: Stage; readonly calls: number[] } {
  const calls: number[] = [];
  const unet: Stage = {
    async run({ sample, encoder_hidden_states }) {
      const [value] = encoder_hidden_states!.data as Float32Array;
      calls.push(value!);
      return { noise: { type: 'float32', shape: sample!.shape, data: Float32Array.of(value!, 2 * value!) } };
    },
    close: async () => undefined,
  };
  return { unet, calls };
}
const composed: Conditioning = {
  ...{ prompt: states(1), negativePrompt: states(-1) },
  composed: [
    { states: states(1), weight: 0.5 },
    { states: states(4), weight: -0.25 },
  ],
};
// -1 + 0.5 · (1 + 1) - 0.25 · (4 + 1)
const AS_ONE = -1.25;

test('several prompts are guided as if they were one, which they are made with the negative one’s help', async () => {
  const { unet, calls } = network();
  const signal = new AbortController().signal;
  const how = { batch: 1, predictionType: 'epsilon' } as const;
  const denoise = guidedDenoiser(unet, () => composed, { guide: guided(3), of: 'predictions' }, how, signal);
  const noise = -1 + 3 * (AS_ONE + 1);
  const expected = estimateOf('epsilon')(x, 2, { shape: x.shape, data: Float32Array.of(noise, 2 * noise) });
  assert.equal((await denoise(x, 2, 500)).data, expected.data);
  assert.equal(calls, [-1, 1, 4]);
  assert.is(modelSample(x, 2).data.length, 2);
});

test('unguided they are that one, beyond the interval as at scale 1', async () => {
  const interval = { guidanceInterval: [0, 0.5], guidanceScale: 3, steps: 4 } as const;
  assert.is(shownIn(interval, composed, 1), composed);
  for (const shown of [shownIn(interval, composed, 2), shownIn({ guidanceScale: 1, steps: 4 }, composed, 0)]) {
    const { unet } = network();
    const how = { batch: 1, predictionType: 'epsilon' } as const;
    const { signal } = new AbortController();
    const denoise = guidedDenoiser(unet, () => shown, { guide: guided(3), of: 'predictions' }, how, signal);
    const data = Float32Array.of(AS_ONE, 2 * AS_ONE);
    assert.equal((await denoise(x, 2, 500)).data, estimateOf('epsilon')(x, 2, { shape: x.shape, data }).data);
  }
});

test.run();
