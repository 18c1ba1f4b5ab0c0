import { decode } from 'fast-png';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fileName, toPng } from '../../web/png';
import { toRgba } from '../../web/rgba';
import type { ImageRequest } from '../../workers/api';
import { readRecipe } from '../../workers/pictureFile/recipe';
import { memorySource } from '../models/memoryFolder';

const request: ImageRequest = {
  ...{ prompt: '一只猫 🐈', negativePrompt: 'blurry', seed: 1, steps: 20, guidanceScale: 7.5, width: 16, height: 8 },
  ...{ scheduler: 'pndm', numImages: 4, guidance: 'two-calls', memory: 'auto' },
};
const pixels = Uint8Array.from({ length: 16 * 8 * 3 }, (_, index) => (index * 37) & 255);
const picture = { width: 16, height: 8, pixels, seed: 3 };
const drawn = { picture, image: 2, request, modelName: 'demo', weights: 'exact', backend: 'wasm' } as const;

const file = new Uint8Array(await (await toPng(drawn)).arrayBuffer());

test('the file holds exactly the pixels', () => {
  // checkCrc: decoding fails where a chunk's CRC is wrong.
  const image = decode(file, { checkCrc: true });
  assert.equal([image.width, image.height, image.channels, image.depth], [16, 8, 3, 8]);
  assert.equal(new Uint8Array(image.data), pixels);
});

test('the file says how it was drawn, in any script, with the seed of this picture', async () => {
  const { by, request: again, model, weights, backend } = await readRecipe(memorySource('page.png', file));
  assert.equal([by, model, weights, backend], ['pocket-diffusion', 'demo', 'exact', 'wasm']);
  const { guidance: _, memory: __, ...asked } = request;
  assert.equal(again, { ...asked, seed: 3, numImages: 1 });
});

test('of a second pass, or of a part that was put back, the file says the size that was asked for, not the picture’s', async () => {
  const asked = { ...request, width: 8, height: 8, hiresScale: 2 };
  const bytes = await toPng({ ...drawn, request: asked });
  const { request: again } = await readRecipe(memorySource('page.png', new Uint8Array(await bytes.arrayBuffer())));
  assert.equal([again.width, again.height, again.hiresScale], [8, 8, 2]);
});

test('the file says which bytes its LoRAs had when it was drawn', async () => {
  const styled = { ...request, loras: [{ name: 'ink', weight: 0.5 }] };
  const bytes = await toPng({ ...drawn, request: styled, loraHashes: { ink: '0123456789ab' } });
  const { loraHashes } = await readRecipe(memorySource('page.png', new Uint8Array(await bytes.arrayBuffer())));
  assert.equal(loraHashes, { ink: '0123456789ab' });
});

test('file names are short, safe, and never empty', () => {
  const named = (prompt: string, seed: number) =>
    fileName({ ...drawn, request: { ...request, prompt }, picture: { ...picture, seed } });
  assert.is(named('A red/apple: "on" ..\\ blue?', 1), 'a-red-apple-on-blue-1.png');
  assert.is(named('一只猫', 0), '一只猫-0.png');
  assert.is(named(' 🐈 ', 7), 'picture-7.png');
  assert.is(named('x'.repeat(300), 7), `${'x'.repeat(48)}-7.png`);
});

test('pictures that share their seed have names of their own', () => {
  assert.is(fileName({ ...drawn, picture: { ...picture, subseed: 0 } }), '一只猫-3-0.png');
  assert.is(fileName({ ...drawn, request: { ...request, rng: 'comfy' } }), '一只猫-3-2.png');
  assert.is(fileName({ ...drawn, request: { ...request, rng: 'comfy', numImages: 1 } }), '一只猫-3.png');
});

test('RGBA repeats RGB and is opaque', () => {
  assert.equal([...toRgba(Uint8Array.of(1, 2, 3, 4, 5, 6))], [1, 2, 3, 255, 4, 5, 6, 255]);
});

test.run();
