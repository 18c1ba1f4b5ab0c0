/** Drawing from a picture, and into a part of one: what is opened and asked, and what models made for inpainting draw. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { boxMask } from '../../build/fidelityInpaint';
import { openDiffusersFolder } from '../../models/checkpoint';
import { fileSource } from '../../models/folder.node';
import { planModel } from '../../models/planModel';
import { psnr } from '../../models/quantize/quality/psnr';
import { openSafetensors } from '../../models/safetensors';
import type { ImageEvent, ImageRequest, Picture } from '../../workers/api';
import { nodeInt8Backend } from '../../workers/backend/int8/int8.node';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { brought } from '../../workers/cli/images';
import { readPng } from '../../workers/cli/png';
import { posteriorLatents } from '../../workers/diffusion/posterior';
import { checkpointModel } from '../../workers/model.checkpoint';
import type { Parts } from '../../workers/openStage';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { memoryFolder } from '../models/memoryFolder';
import { modelFiles, type Recipe } from '../models/randomModel';
import models from '../models/randomModels.json';
import { fromRoot } from '../root';
import { type Answer, DESCRIPTION, fakeParts, plainAnswer } from './fakeParts';
import { wavePicture } from './pictureFile/wavePicture';

const SIZE = { width: 64, height: 72 };
const REQUEST: ImageRequest = { ...DEFAULTS, prompt: 'a cat', seed: 7, steps: 5, ...SIZE, scheduler: 'ddim' };
const initImage = { ...SIZE, pixels: wavePicture(64, 72) };
const maskImage = { ...SIZE, pixels: new Uint8Array(64 * 72).fill(255, 0, 64 * 40) };

async function drawn(request: ImageRequest, parts: Parts) {
  const events: ImageEvent[] = [];
  for await (const event of textToImage(request, parts, new AbortController().signal)) events.push(event);
  return events;
}

/** With an encoder that says a mean of 1 and no spread. */
const answer: Answer = (stage, inputs, size) => {
  if (stage !== 'vae_encoder') return plainAnswer(stage, inputs, size);
  const { height, width } = size;
  const data = new Float32Array(8 * height * width).fill(1, 0, 4 * height * width).fill(-30, 4 * height * width);
  return { moments: { type: 'float32', shape: [1, 8, height, width], data } };
};

test('the picture is encoded once, before anything else is open, and its steps are what strength leaves', async () => {
  const parts = fakeParts(answer);
  const events = await drawn({ ...REQUEST, initImage, strength: 0.6, numImages: 2 }, parts);
  assert.equal(parts.diary.slice(0, 4), [
    'open vae_encoder',
    'run vae_encoder',
    'close vae_encoder',
    'open text_encoder',
  ]);
  assert.is(parts.diary.filter((line) => line === 'run vae_encoder').length, 1);
  assert.equal(
    events.flatMap((event) => (event.type === 'step' ? [[event.image, event.index, event.of]] : [])),
    [0, 1].flatMap((image) => [1, 2, 3].map((index) => [image, index, 3])),
  );
  const kinds = events.map(({ type }) => type);
  assert.ok(kinds.indexOf('encoding') < kinds.indexOf('prompt'), kinds.join(' '));
  assert.is(kinds.at(-1), 'finished');
});

test('a UNet of nine channels sees mask and masked picture behind every sample, in two calls and in one', async () => {
  const description = { ...DESCRIPTION, unet: { ...DESCRIPTION.unet, inChannels: 9 } };
  for (const guidance of ['two-calls', 'one-call'] as const) {
    const seen: { shape: readonly number[]; beside: number[] }[] = [];
    const spying: Answer = (stage, inputs, size) => {
      if (stage === 'unet') {
        const { shape, data } = inputs.sample!;
        const [plane, last] = [8 * 9, data.length - 9 * 8 * 9];
        seen.push({ shape, beside: [4, 5, 8].map((channel) => data[last + channel * plane]!) });
        seen.at(-1)!.beside.push(data[last + 4 * plane + 71]!);
      }
      return answer(stage, inputs, size);
    };
    const parts = fakeParts(spying);
    const model = { ...parts.model, description };
    const request = { ...REQUEST, steps: 2, initImage, maskImage, guidance, strength: 1 };
    const events = await drawn(request, { ...parts, model });
    assert.is(events.at(-1)!.type, 'finished', JSON.stringify(events.at(-1)));
    // At strength 1 nothing of the picture itself is needed: one run, of the masked one.
    assert.is(parts.diary.filter((line) => line === 'run vae_encoder').length, 1);
    assert.is(seen.length, guidance === 'one-call' ? 2 : 4);
    for (const { shape, beside } of seen) {
      assert.equal(shape, [guidance === 'one-call' ? 2 : 1, 9, 9, 8]);
      // Drawn anew at the top, kept at the bottom; latents of a mean of 1, scaled.
      assert.equal(
        beside.map((value) => Math.round(100 * value) / 100),
        [1, 0.5, 0.5, 0],
      );
    }
  }
});

test('where nothing is drawn anew, the latents of the picture are what is decoded', async () => {
  const decoded: Float32Array[] = [];
  const spying: Answer = (stage, inputs, size) => {
    if (stage === 'vae_decoder') decoded.push(Float32Array.from(inputs.latents!.data as Float32Array));
    return answer(stage, inputs, size);
  };
  const kept = { ...SIZE, pixels: new Uint8Array(64 * 72).fill(127) };
  for (const scheduler of ['pndm', 'euler_a', 'unipc'] as const)
    await drawn({ ...REQUEST, scheduler, initImage, maskImage: kept }, fakeParts(spying));
  for (const latents of decoded) assert.ok(latents.every((value) => Math.abs(value - 1) < 1e-5));
  assert.is(decoded.length, 3);
});

test('latents are drawn around the mean, with a variance that is not believed beyond its bounds', () => {
  const moments = { shape: [1, 2, 1, 3] as const, data: Float32Array.of(1, 2, 3, 0, -100, 100) };
  const noise = { shape: [1, 1, 1, 3] as const, data: Float32Array.of(2, 2, 1) };
  const { shape, data } = posteriorLatents(moments, noise, 0.5);
  assert.equal(shape, [1, 1, 1, 3]);
  assert.equal([...data], [1.5, 1 + Math.exp(-15), 0.5 * (3 + Math.exp(10))].map(Math.fround));
  assert.equal([...posteriorLatents(moments, undefined, 0.5).data], [0.5, 1, 1.5]);
});

interface Case extends ImageRequest {
  readonly name: string;
  readonly maskBox: readonly [number, number, number, number];
}

const inpaint: Recipe = {
  ...models.A,
  configs: { ...models.A.configs, 'unet/config.json': { ...models.A.configs['unet/config.json'], in_channels: 9 } },
};
const cases = JSON.parse(readFileSync(fromRoot('spec/vectors/pictures-inpaint.json'), 'utf8')) as Case[];

async function pictureInto(asked: ImageRequest, maskBox: Case['maskBox'], parts: Parts): Promise<Picture> {
  const { width, height } = asked;
  const initImage = { width, height, pixels: wavePicture(width, height) };
  const given = brought({ initImage, maskImage: boxMask(maskBox, asked) }, asked);
  const events = await drawn({ ...DEFAULTS, ...asked, ...given }, parts);
  const [picture] = events.flatMap((event): Picture[] => (event.type === 'image' ? [event.picture] : []));
  return picture!;
}

for (const guidance of ['two-calls', 'one-call'] as const) {
  test(`a model made for inpainting draws diffusers' pictures, guided in ${guidance}`, async () => {
    const folder = memoryFolder(await modelFiles('inpaint', inpaint), 'inpaint');
    const parts = { model: checkpointModel(await openDiffusersFolder(folder)), backend: nodeWasmBackend() };
    const references = await openSafetensors(await fileSource(fromRoot('spec/vectors/pictures-inpaint.safetensors')));
    for (const { name, maskBox, ...asked } of cases) {
      const picture = await pictureInto({ ...asked, guidance }, maskBox, parts);
      const decibels = psnr(picture.pixels, readPng(await references.read(name)).pixels);
      assert.ok(decibels >= 50, `${name}: ${decibels.toFixed(1)} dB`);
    }
  });
}

test('our own kernels draw nearly the same of a model made for inpainting', async () => {
  const checkpoint = await openDiffusersFolder(memoryFolder(await modelFiles('inpaint', inpaint), 'inpaint'));
  const parts = { model: checkpointModel(checkpoint, planModel(checkpoint, 'int8')), backend: await nodeInt8Backend() };
  const references = await openSafetensors(await fileSource(fromRoot('spec/vectors/pictures-inpaint.safetensors')));
  // Guidance by 6 makes much of every rounding of weights that were never trained. Another mask's picture is at 27 dB.
  const { name, maskBox, ...asked } = cases.find(({ guidanceScale }) => guidanceScale === 1)!;
  const picture = await pictureInto(asked, maskBox, parts);
  const decibels = psnr(picture.pixels, readPng(await references.read(name)).pixels);
  assert.ok(decibels >= 35 && decibels < 60, `${decibels.toFixed(1)} dB`);
});

test.run();
