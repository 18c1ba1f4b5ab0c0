/**
 * What is begun from at strength 1, where all of a picture is given up: the noise that a picture out of words alone begins with. diffusers
 * still puts the picture under it (`add_noise` at the first timestep), so that its image to image is not its text to image; with a mask
 * (`prepare_latents` with `is_strength_max`), ordinary models and those made for inpainting begin with the noise alone.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRequest, RandomSource, SchedulerName } from '../../workers/api';
import { samplers } from '../../workers/diffusion/samplers';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { type Answer, DESCRIPTION, fakeParts, plainAnswer } from './fakeParts';
import { wavePicture } from './pictureFile/wavePicture';

const SIZE = { width: 64, height: 72 };
const LATENTS = 4 * 8 * 9;
const STEPS = 2;
const initImage = { ...SIZE, pixels: wavePicture(64, 72) };
const maskImage = { ...SIZE, pixels: new Uint8Array(64 * 72).fill(255, 0, 64 * 40) };
/** Of the encoder, and what the pipeline makes of it: times the scaling factor. */
const MEAN = 3;
const INIT = MEAN * DESCRIPTION.vae.scalingFactor;

const SCHEDULERS: readonly SchedulerName[] = ['euler', 'ddim', 'pndm'];

/** What the network sees first of the latents, in the variables of the samplers: `x`, times √(σ² + 1) of the model's own sample. */
async function begun(request: Partial<ImageRequest>, scheduler: SchedulerName, inChannels = 4): Promise<Float32Array> {
  let first: Float32Array | undefined;
  const answer: Answer = (stage, inputs, size) => {
    if (stage === 'unet') first ??= Float32Array.from(inputs.sample!.data as Float32Array).slice(0, LATENTS);
    if (stage !== 'vae_encoder') return plainAnswer(stage, inputs, size);
    // No spread around the mean.
    const data = new Float32Array(2 * LATENTS).fill(MEAN, 0, LATENTS).fill(-30, LATENTS);
    return { moments: { type: 'float32', shape: [1, 8, 9, 8], data } };
  };
  const parts = fakeParts(answer);
  const model = { ...parts.model, description: { ...DESCRIPTION, unet: { ...DESCRIPTION.unet, inChannels } } };
  const asked = { ...DEFAULTS, prompt: 'a cat', seed: 7, steps: STEPS, ...SIZE, scheduler, ...request };
  for await (const event of textToImage(asked, { ...parts, model }, new AbortController().signal))
    if (event.type === 'failed') throw new Error(event.message);
  const { sigma } = scheduleOf(scheduler).points[0]!;
  return first!.map((value) => value * Math.hypot(sigma, 1));
}

const scheduleOf = (scheduler: SchedulerName) => samplers[scheduler].schedule(DESCRIPTION.scheduler, STEPS);

function near(actual: Float32Array, expected: Float32Array, label: string): void {
  assert.ok(new Set(expected).size > LATENTS / 2, 'noise');
  // Of x up to some 60, rounded to float32 a few times; around the mean exp(-15) of a deviation.
  for (const [i, value] of expected.entries())
    assert.ok(Math.abs(actual[i]! - value) < 1e-4, `${label}[${i}]: ${actual[i]}, not ${value}`);
}

test('of a picture, diffusers’ image to image begins with text to image’s noise at the first level, on the picture', async () => {
  for (const scheduler of SCHEDULERS) {
    // ComfyUI draws nothing around what the encoder says, so that both begin with the seed's first numbers.
    const plain = await begun({ rng: 'comfy' }, scheduler);
    const from = await begun({ rng: 'comfy', initImage, strength: 1 }, scheduler);
    const { points, initialSigma } = scheduleOf(scheduler);
    const expected = plain.map((value) => INIT + (points[0]!.sigma / initialSigma) * value);
    near(from, expected, scheduler);
  }
});

test('with a mask an ordinary model begins with that noise alone', async () => {
  const into = await begun({ rng: 'comfy', initImage, maskImage, strength: 1 }, 'euler');
  near(into, await begun({ rng: 'comfy' }, 'euler'), 'into');
});

test('a model made for inpainting does, whoever draws the random numbers, since it encodes no picture to begin from', async () => {
  for (const rng of ['torch', 'philox'] satisfies RandomSource[]) {
    const into = await begun({ rng, initImage, maskImage, strength: 1 }, 'euler', 9);
    near(into, await begun({ rng }, 'euler'), rng);
  }
});

test.run();
