/** What of guidance reaches the UNet, and when. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRequest } from '../../workers/api';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { fakeParts, plainAnswer } from './fakeParts';

const REQUEST: ImageRequest = {
  ...DEFAULTS,
  ...{ prompt: 'a cat', negativePrompt: 'dog', scheduler: 'euler', seed: 7, steps: 10, width: 64, height: 72 },
};

/** How many tokens each call of the UNet was shown, pass by pass. */
async function shown(change: Partial<ImageRequest>): Promise<number[][]> {
  const seen: number[][] = [];
  const parts = fakeParts((stage, inputs, size) => {
    if (stage === 'unet') {
      // The first number of hidden states says how many tokens there are (plainAnswer).
      const { data, shape } = inputs.encoder_hidden_states!;
      seen.push(Array.from({ length: shape[0]! }, (_, i) => data[i * shape[1]! * shape[2]!]!));
    }
    if (stage === 'vae_encoder') return { moments: zeros(1, 8, size.height, size.width) };
    return plainAnswer(stage, inputs, size);
  });
  for await (const event of textToImage({ ...REQUEST, ...change }, parts, new AbortController().signal))
    if (event.type === 'failed') throw new Error(event.message);
  return seen;
}

const zeros = (...shape: number[]) => ({
  type: 'float32' as const,
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b)),
});

const [CAT, DOG] = [3, 2];
const alone = (steps: number): number[][] => Array<number[]>(steps).fill([CAT]);
const both = (steps: number): number[][] => Array.from({ length: steps }, () => [[DOG], [CAT]]).flat();

test('outside the interval there is one call a step, with the prompt', async () => {
  // As int(0.25 · 10) ≤ step < int(0.78 · 10).
  const guidanceInterval = [0.25, 0.78] as const;
  const once = [...alone(2), ...both(5), ...alone(3)];
  assert.equal(await shown({ guidanceInterval }), once);
  assert.equal(await shown({ guidanceInterval, numImages: 2 }), [...once, ...once]);
  assert.equal(await shown({ guidanceInterval: [0, 1] }), both(10));
  assert.equal(await shown({ guidanceInterval, guidanceScale: 1 }), alone(10));
});

test('a picture to begin from leaves out steps of the schedule, and the interval is of all', async () => {
  const initImage = { width: 64, height: 72, pixels: new Uint8Array(3 * 64 * 72) };
  // Steps 4 to 9 are drawn, of which the first three are guided.
  const drawn = await shown({ initImage, strength: 0.6, guidanceInterval: [0.25, 0.78] });
  assert.equal(drawn, [...both(3), ...alone(3)]);
});

test('all evaluations of a step are guided, or none', async () => {
  // Heun's second evaluation is left out in the last step.
  const heun = { scheduler: 'heun', guidanceInterval: [0.5, 1] } as const;
  assert.equal(await shown(heun), [...alone(10), ...both(9)]);
});

test('a perpendicular negative prompt takes a third call, for an empty one, and only beside itself', async () => {
  const EMPTY = 1;
  const three = (steps: number) => Array.from({ length: steps }, () => [[DOG], [CAT], [EMPTY]]).flat();
  const change = { perpendicularNegative: 1, steps: 4 } as const;
  assert.equal(await shown(change), three(4));
  assert.equal(await shown({ ...change, guidanceInterval: [0.5, 1] }), [...alone(2), ...three(2)]);
  // Changing prompts are read otherwise.
  const styled = await shown({ ...change, promptStyle: 'a1111', prompt: '[cat:a cat:2]' });
  assert.equal(styled.slice(-3), three(1));
  assert.equal(styled.length, 12);
  assert.equal(await shown({ ...change, guidanceScale: 1 }), alone(4));
  const plain = await shown({ ...change, negativePrompt: '' });
  assert.equal(plain, Array.from({ length: 4 }, () => [[EMPTY], [CAT]]).flat());
});

test.run();
