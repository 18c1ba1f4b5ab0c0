/** What a picture's file says of the pictures that it was to be like. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRequest } from '../../../workers/api';
import { pngBytes } from '../../../workers/cli/png';
import { withChunks } from '../../../workers/pictureFile/pngChunks';
import { internationalChunk } from '../../../workers/pictureFile/pngText';
import { readRecipe, recipeChunks } from '../../../workers/pictureFile/recipe';
import { readWebui, webuiText } from '../../../workers/pictureFile/webui';
import { DEFAULTS } from '../../../workers/request';

const image = { width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3) };
const REQUEST: ImageRequest = { ...DEFAULTS, ...{ prompt: 'x', seed: 1, width: 64, height: 64 } };

async function read(...chunks: Parameters<typeof withChunks>[1]) {
  const bytes = withChunks(pngBytes(image), chunks);
  return readRecipe({ name: 'x.png', size: bytes.length, read: async (start, end) => bytes.slice(start, end) });
}

test('how many there were is in the file, what they are called, and what saw them; not they themselves', async () => {
  const how = { hash: '0123456789ab', encoder: 'ViT-H', scale: 0.6, start: 0.1, end: 0.9 };
  const ipAdapters = [
    { name: 'plus', images: [image, image], imageNames: ['a.png', 'b.png'], ...how },
    { name: 'plain', images: [image], masks: [image], maskNames: ['left.png'] },
  ];
  const chunks = recipeChunks({ model: 'm', backend: 'wasm', request: { ...REQUEST, ipAdapters } });
  assert.not.ok(chunks.some((chunk) => Buffer.from(chunk).includes('pixels')));
  const { ipAdapters: said, ignored } = await read(...chunks);
  const expected = ipAdapters.map(({ images, masks: _, ...one }) => ({ ...one, images: images.length }));
  assert.equal([said, ignored], [expected, []]);
});

test('what of it nobody understands is told', async () => {
  for (const strange of [
    { name: 1, images: 1 },
    { name: 'a' },
    { name: 'a', images: 0 },
    { name: 'a', images: 1e9 },
    { name: 'a', images: 1, scale: 'much' },
    { name: 'a', images: 1, imageNames: [1] },
    { name: 'a', images: 1, maskNames: 'left.png' },
    { name: 'a', images: 1, encoder: {} },
    null,
  ]) {
    const own = JSON.stringify({ version: 1, request: {}, ipAdapters: [strange] });
    const { ipAdapters, ignored } = await read(internationalChunk('pocket-diffusion', own));
    assert.equal([ipAdapters, ignored], [undefined, [`ipAdapters: ${JSON.stringify([strange])}`]]);
  }
});

test('in the words of sd-webui-controlnet it is a unit of it; of its own those for faces stay what they are', () => {
  const controls = [{ name: 'canny', image }];
  const ipAdapters = [{ name: 'ip-adapter_sd15', images: [image, image], scale: 0.5, end: 0.7 }];
  const text = webuiText({ ...REQUEST, controls, ipAdapters }, 'm');
  const second =
    'ControlNet 1: "Module: ip-adapter-auto, Model: ip-adapter_sd15, Weight: 0.5, Resize Mode: Just Resize, ' +
    'Guidance Start: 0, Guidance End: 0.7, Pixel Perfect: True, Control Mode: Balanced"';
  assert.ok(text.includes(second), text);
  const again = readWebui(text)!;
  assert.equal(again.controls?.controls.length, 1);
  assert.equal(again.ipAdapters, [{ name: 'ip-adapter_sd15', images: 1, scale: 0.5, start: 0, end: 0.7 }]);
  assert.equal(again.ignored, []);
  const theirs = (module: string, model: string) =>
    readWebui(`x\nSteps: 20, Sampler: Euler, Seed: 3, RNG: CPU, ControlNet 0: "Module: ${module}, Model: ${model}"`)!;
  const older = theirs('ip-adapter_clip_sd15', 'ip-adapter-plus_sd15 [c817b455]');
  assert.equal([older.ipAdapters, older.controls], [[{ name: 'ip-adapter-plus_sd15', images: 1 }], undefined]);
  const face = theirs('ip-adapter_face_id', 'ip-adapter-faceid_sd15 [0a1757e9]');
  assert.equal([face.ipAdapters, face.controls, face.ignored.length], [undefined, undefined, 1]);
});

test.run();
