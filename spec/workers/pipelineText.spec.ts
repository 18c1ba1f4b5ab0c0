/** What of a prompt's words reaches the networks, and when. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StageSize } from '../../models/stage';
import type { ImageEvent, ImageRequest } from '../../workers/api';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { fakeParts, plainAnswer } from './fakeParts';

const REQUEST: ImageRequest = { ...DEFAULTS, prompt: 'a cat', seed: 7, steps: 3, width: 64, height: 72 };

async function drawn(change: Partial<ImageRequest>, parts = fakeParts()) {
  const events: ImageEvent[] = [];
  const { signal } = new AbortController();
  for await (const event of textToImage({ ...REQUEST, ...change }, parts, signal)) events.push(event);
  return { events, diary: parts.diary, last: events.at(-1)! };
}

test('a prompt that changes is shown to the UNet as it is in each step, guided in two calls or in one', async () => {
  const shown = async (change: Partial<ImageRequest>) => {
    const seen: number[][] = [];
    const parts = fakeParts((stage, inputs, size) => {
      // The first number of hidden states says how many tokens there are (plainAnswer).
      if (stage === 'unet') {
        const { data, shape } = inputs.encoder_hidden_states!;
        seen.push(Array.from({ length: shape[0]! }, (_, i) => data[i * shape[1]! * shape[2]!]!));
      }
      return plainAnswer(stage, inputs, size);
    });
    const request = { promptStyle: 'a1111', prompt: 'a [black cat:dog:2]', steps: 5 } as const;
    const { last } = await drawn({ ...request, scheduler: 'euler', ...change }, parts);
    assert.is(last.type, 'finished', JSON.stringify(last));
    return seen;
  };
  // Start, a, black, cat: then an end. Empty: one token before the end.
  const [cat, dog] = [4, 3];
  assert.equal(await shown({ guidanceScale: 1 }), [[cat], [cat], [cat], [dog], [dog]]);
  const one = await shown({ guidance: 'one-call', negativePrompt: '[x x|]' });
  assert.equal(one, [
    [3, cat],
    [3, cat],
    [1, cat],
    [3, dog],
    [1, dog],
  ]);
  const two = await shown({ guidance: 'two-calls', negativePrompt: '[x x|]' });
  assert.equal(two.flat(), one.flat());
  // Heun's two evaluations belong to one step.
  const twice = await shown({ guidanceScale: 1, scheduler: 'heun' });
  assert.equal(
    twice.map(([tokens]) => tokens),
    [...repeatNumber(cat, 6), ...repeatNumber(dog, 3)],
  );
  // A batch begins anew.
  const both = await shown({ guidanceScale: 1, numImages: 2 });
  assert.equal(both.slice(5), both.slice(0, 5));
});

const repeatNumber = (number: number, times: number): number[] => Array<number>(times).fill(number);

test('a long prompt in chunks is not cut, and the UNet is opened for it', async () => {
  const sizes: StageSize[] = [];
  const parts = fakeParts((stage, inputs, size) => {
    if (stage === 'unet') sizes.push(size);
    return plainAnswer(stage, inputs, size);
  });
  const { events } = await drawn({ prompt: 'cat '.repeat(100), longPrompts: 'chunks' }, parts);
  const told = events.filter((event) => event.type === 'prompt');
  assert.equal(
    told.map(({ tokens, cut }) => [tokens, cut]),
    [
      [104, ''],
      [2, ''],
    ],
  );
  assert.is(sizes[0]!.tokens, 154);
});

test('a word that cannot be learned ends the drawing before anything is opened', async () => {
  const file = { path: 'x.safetensors', file: new Blob([new Uint8Array(20)]) };
  const { diary, last } = await drawn({ embeddings: [{ name: 'x', file }] });
  assert.equal(diary, []);
  assert.is(last.type === 'failed' && last.code, 'bad-model');
});

test.run();
