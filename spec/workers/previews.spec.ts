/** Pictures on the way to a picture: in which steps, how large, and what is opened for them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDiffusersFolder } from '../../models/checkpoint';
import { planModel } from '../../models/planModel';
import type { ImageEvent, ImageRequest } from '../../workers/api';
import { planDrawing } from '../../workers/memory/drawingPlan';
import { textToImage } from '../../workers/pipeline';
import { meansOf, previewSize } from '../../workers/previews';
import { DEFAULTS } from '../../workers/request';
import { randomModel } from '../models/randomModel';
import { fakeParts } from './fakeParts';

const REQUEST: ImageRequest = {
  ...DEFAULTS,
  ...{ prompt: 'a cat', scheduler: 'euler', guidanceScale: 1, seed: 7, steps: 5, width: 512, height: 384 },
};

async function events(change: Partial<ImageRequest>, with_ = true) {
  const { model, backend, diary } = fakeParts();
  const all: ImageEvent[] = [];
  const parts = { model, backend, ...(with_ ? { preview: model } : {}) };
  for await (const event of textToImage({ ...REQUEST, ...change }, parts, new AbortController().signal)) {
    if (event.type === 'failed') throw new Error(event.message);
    all.push(event);
  }
  const shown = all.flatMap((event) =>
    event.type === 'step' && event.preview ? [[event.index, event.preview] as const] : [],
  );
  return { shown, diary };
}

test('after every so many steps, not after the last, in 256 pixels at most', async () => {
  const { shown } = await events({ previews: { file: 'demo', every: 2 } });
  assert.equal(
    shown.map(([index, { width, height, pixels }]) => [index, width, height, pixels.length]),
    [2, 4].map((index) => [index, 256, 192, 3 * 256 * 192]),
  );
  const every = await events({ previews: { file: 'demo', every: 1 }, numImages: 2 });
  assert.equal(
    every.shown.map(([index]) => index),
    [1, 2, 3, 4, 1, 2, 3, 4],
  );
  assert.equal((await events({})).shown, []);
  assert.equal((await events({ previews: { file: 'demo', every: 1 } }, false)).shown, []);
});

test('its decoder is opened after the UNet and closed before it, and the picture is decoded as ever', async () => {
  const { diary } = await events({ previews: { file: 'demo', every: 4 } });
  assert.equal(diary.filter((line) => !line.startsWith('run unet')).slice(3), [
    ...['open unet', 'open vae_decoder', 'run vae_decoder', 'close vae_decoder', 'close unet'],
    ...['open vae_decoder', 'run vae_decoder', 'close vae_decoder'],
  ]);
});

test('larger pictures are shown by the means of their latents, which keep the mean of all', () => {
  assert.equal(previewSize({ height: 32, width: 8 }), { batch: 1, height: 32, width: 8, by: 1 });
  assert.equal(previewSize({ height: 33, width: 8 }), { batch: 1, height: 16, width: 4, by: 2 });
  assert.equal(previewSize({ height: 256, width: 3 }), { batch: 1, height: 32, width: 1, by: 8 });
  const data = Float32Array.from({ length: 2 * 4 * 6 }, (_, i) => i);
  const means = meansOf({ shape: [1, 2, 4, 6], data }, 2, { batch: 1, height: 2, width: 3 });
  // Of 0, 1, 6, 7: 3.5; two to the right two more, two down twelve, and a channel is 24 further.
  assert.equal([...means.data], [3.5, 5.5, 7.5, 15.5, 17.5, 19.5, 27.5, 29.5, 31.5, 39.5, 41.5, 43.5]);
});

test('a plan has what they take beside the UNet', async () => {
  const manifest = planModel(await openDiffusersFolder(await randomModel('A')));
  const asked = { width: 64, height: 64, memory: 'normal', guidance: 'two-calls' } as const;
  const device = { heapBytes: 4 * 1024 ** 3 };
  const [without, beside] = [undefined, 500e6].map((bytes) =>
    planDrawing(manifest, { ...asked, beside: bytes }, device),
  );
  assert.ok(beside!.peakBytes >= without!.peakBytes + 400e6);
});

test.run();
