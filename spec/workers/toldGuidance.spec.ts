/** Models that are told the scale of guidance are asked once a step, with its embedding. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRequest } from '../../workers/api';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { scaleEmbedding } from '../../workers/toldGuidance';
import { DESCRIPTION, fakeParts, plainAnswer } from './fakeParts';

const REQUEST: ImageRequest = {
  ...DEFAULTS,
  ...{ prompt: 'a cat', negativePrompt: 'dog', scheduler: 'lcm', seed: 7, steps: 4, width: 64, height: 64 },
};

/** What the UNet was told of guidance, call by call; nothing where it was not. */
async function toldTo(timeCondProjDim: number | undefined, change: Partial<ImageRequest> = {}) {
  const told: (readonly number[] | undefined)[] = [];
  const parts = fakeParts((stage, inputs, size) => {
    if (stage === 'unet') told.push(inputs.timestep_cond && [...inputs.timestep_cond.data]);
    return plainAnswer(stage, inputs, size);
  });
  const unet = { ...DESCRIPTION.unet, ...(timeCondProjDim ? { timeCondProjDim } : {}) };
  const model = { ...parts.model, description: { ...DESCRIPTION, unet } };
  const request = { ...REQUEST, ...change };
  for await (const event of textToImage(request, { ...parts, model }, new AbortController().signal))
    if (event.type === 'failed') throw new Error(event.message);
  return told;
}

test('once a step, whatever the scale, and no text but the prompt', async () => {
  const eighth = [...scaleEmbedding(7, 8).data];
  assert.equal(await toldTo(8, { guidanceScale: 8 }), Array(4).fill(eighth));
  assert.equal(await toldTo(8, { guidanceScale: 8, guidance: 'one-call' }), Array(4).fill(eighth));
  assert.equal(await toldTo(8, { guidanceScale: 1 }), Array(4).fill([0, 0, 0, 0, 1, 1, 1, 1]));
  assert.equal(await toldTo(8, { guidanceScale: 8, perpendicularNegative: 1 }), Array(4).fill(eighth));
});

test('other models are told nothing, and asked twice where they are guided', async () => {
  assert.equal(await toldTo(undefined, { guidanceScale: 1.5 }), Array(8).fill(undefined));
  assert.equal(await toldTo(undefined, { guidanceScale: 1 }), Array(4).fill(undefined));
  assert.equal(await toldTo(undefined, { guidanceScale: 0 }), Array(4).fill(undefined));
});

test('the embedding is sines of the scale, times a thousand, at frequencies from 1 down to a ten-thousandth, then cosines', () => {
  const { data, shape } = scaleEmbedding(0.0005, 6);
  assert.equal(shape, [1, 6]);
  // 1000 w = 0.5; frequencies 1, 1/100, 1/10000.
  const expected = [0.5, 0.005, 0.00005].flatMap((angle) => [Math.sin(angle), Math.cos(angle)]);
  const [s0, c0, s1, c1, s2, c2] = expected as [number, number, number, number, number, number];
  for (const [i, value] of [s0, s1, s2, c0, c1, c2].entries()) assert.ok(Math.abs(data[i]! - value) < 1e-6, `${i}`);
});

test.run();
