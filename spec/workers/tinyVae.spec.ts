/** A tiny VAE beside a model: what it replaces, what it spares, and how its latents are scaled. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { planModel } from '../../models/planModel';
import { openTinyVae } from '../../models/tinyVae/openTinyVae';
import type { ImageRequest } from '../../workers/api';
import { planDrawing } from '../../workers/memory/drawingPlan';
import { int8Plan } from '../../workers/memory/int8Plan';
import { checkpointModel } from '../../workers/model.checkpoint';
import { textToImage } from '../../workers/pipeline';
import { DEFAULTS } from '../../workers/request';
import { chosenTinyVae, tinyManifest, tinyModel } from '../../workers/tinyVae';
import { memoryFolder, memorySource } from '../models/memoryFolder';
import { asJson, randomModel } from '../models/randomModel';
import { tinyConfig, tinyFile } from '../models/tinyVae/randomTinyVae';
import { DESCRIPTION, fakeParts, plainAnswer } from './fakeParts';

const signal = new AbortController().signal;
const file = tinyFile('flat');
const files = new Map([
  ['config.json', asJson(tinyConfig('flat'))],
  ['diffusion_pytorch_model.safetensors', file],
]);
const halved = await openTinyVae(memoryFolder(files, 'flat'));
const checkpoint = await openDiffusersFolder(await randomModel('A'));
const manifest = planModel(checkpoint);
const model = checkpointModel(checkpoint, manifest);

test('only the stages that it is for are its own; nothing else of a model changes', async () => {
  const changed = tinyManifest(manifest, halved, 'decoding');
  const own = tinyModel(model, halved, changed, 'decoding');
  for (const stage of ['text_encoder', 'unet', 'vae_encoder'] as const) {
    assert.is(changed.stages[stage], manifest.stages[stage]);
    assert.is(own.bytes(stage), model.bytes(stage));
  }
  assert.is(own.bytes('vae_decoder'), changed.stages.vae_decoder.bytes);
  assert.ok(own.bytes('vae_decoder') < file.length);
  const size = { batch: 1, height: 4, width: 4 };
  const { network, weights } = await own.file('vae_decoder', size, signal);
  assert.ok(network!.tensors.every(({ name }) => name.startsWith('decoder.layers.')));
  assert.is(weights.bytes, own.bytes('vae_decoder'));
  const encoder = await own.file('vae_encoder', size, signal);
  assert.ok(encoder.network!.tensors.some(({ name }) => name.startsWith('encoder.conv_in')));
});

test('a plan counts with it, on ONNX Runtime and on our own kernels: large pictures take less', () => {
  const asked = { width: 1024, height: 1024, memory: 'normal' } as const;
  const device = { heapBytes: 4 * 1024 ** 3 };
  const changed = tinyManifest(manifest, halved, 'decoding');
  const peaks = (of: typeof manifest) => [
    planDrawing(of, asked, device).peakBytes,
    int8Plan(of, asked, device, 1).peakBytes,
  ];
  const [whole, tiny] = [peaks(manifest), peaks(changed)];
  for (const [i, peak] of tiny.entries()) assert.ok(peak < whole[i]!, `${peak} of ${whole[i]}`);
});

test('a file that was picked is opened, and demo is where whoever asks has it', async () => {
  const picked = { path: 'taesd.safetensors', file: new Blob([Uint8Array.from(file)]) };
  const nowhere = () => Promise.reject(new Error('nobody asked'));
  assert.is((await chosenTinyVae({ file: picked }, nowhere)).name, 'taesd');
  const demo = async () => memorySource('own.safetensors', file);
  assert.is((await chosenTinyVae({ file: 'demo' }, demo)).name, 'own');
});

const REQUEST: ImageRequest = {
  ...DEFAULTS,
  ...{ prompt: 'a cat', scheduler: 'euler', guidanceScale: 1, seed: 7, steps: 2, width: 16, height: 16 },
};

/** What the decoder was given, of a UNet that says there is no noise. */
async function decoded(description: typeof DESCRIPTION, change: Partial<ImageRequest> = {}) {
  let latents: Float32Array | undefined;
  const parts = fakeParts((stage, inputs, size) => {
    if (stage === 'vae_decoder') latents = inputs.latents!.data as Float32Array;
    const ones = (shape: readonly number[]) => ({
      type: 'float32' as const,
      shape,
      data: new Float32Array(shape.reduce((a, b) => a * b)).fill(1),
    });
    if (stage === 'vae_encoder') {
      const shape = [1, 4, size.height, size.width];
      if (description.standIn?.networks.vae_encoder) return { latents: ones(shape) };
      const moments = ones([1, 8, size.height, size.width]);
      // As good as no deviation: the mean alone.
      moments.data.fill(-30, moments.data.length / 2);
      return { moments };
    }
    return plainAnswer(stage, inputs, size);
  });
  const model = { ...parts.model, description };
  const request = { ...REQUEST, ...change };
  for await (const event of textToImage(request, { ...parts, model }, signal))
    if (event.type === 'failed') throw new Error(event.message);
  return latents!;
}

test('latents are handed to it as the UNet has them, over its own scaling factor', async () => {
  // The model's VAE has 0.5 (fakeParts.ts), the tiny one 0.25.
  const standIn = { scalingFactor: 0.25, networks: { vae_decoder: () => undefined } };
  const [own, tiny] = [await decoded(DESCRIPTION), await decoded({ ...DESCRIPTION, standIn })];
  assert.ok(own.some((value) => value !== 0));
  for (const [i, value] of tiny.entries()) assert.ok(Math.abs(value - 2 * own[i]!) < 1e-5);
});

test('what it encodes is what it says, and the noise of the picture is then the first that is drawn', async () => {
  const initImage = { width: 16, height: 16, pixels: new Uint8Array(3 * 16 * 16) };
  const standIn = { scalingFactor: 0.5, networks: { vae_encoder: () => undefined } };
  const from = { initImage, strength: 0.5 };
  const tiny = await decoded({ ...DESCRIPTION, standIn }, from);
  // With a mean of 1 the model's own encoder says the same; but it draws around that first, and so has other noise, but in ComfyUI's way.
  const own = await decoded(DESCRIPTION, from);
  assert.ok(tiny.some((value, i) => Math.abs(value - own[i]!) > 0.1));
  const [tinyMean, ownMean] = [
    await decoded({ ...DESCRIPTION, standIn }, { ...from, rng: 'comfy' }),
    await decoded(DESCRIPTION, { ...from, rng: 'comfy' }),
  ];
  for (const [i, value] of tinyMean.entries()) assert.ok(Math.abs(value - ownMean[i]!) < 1e-5);
  // Nothing is drawn before the first noise, of one picture the same in either way.
  for (const [i, value] of tiny.entries()) assert.ok(Math.abs(value - tinyMean[i]!) < 1e-5);
});

test.run();
