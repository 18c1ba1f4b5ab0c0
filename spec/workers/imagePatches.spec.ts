/** Pictures as image encoders see them, to the byte as transformers' processor over Pillow has them (vectors/recipes/ip_adapters.py). */
import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { toF32 } from '../../models/floats';
import { fileSource } from '../../models/folder.node';
import type { ClipVisionConfig } from '../../models/graph/clipVision';
import { openSafetensors } from '../../models/safetensors';
import { blankPatches, imagePatches, square } from '../../workers/imagePatches';
import { fromRoot } from '../root';
import { wavePicture } from './pictureFile/wavePicture';

const vectors = await openSafetensors(await fileSource(fromRoot('spec/vectors/ip-adapters.safetensors')));
const sizes = vectors
  .names()
  .flatMap((name) => /^square\.(\d+)x(\d+)$/.exec(name)?.slice(1) ?? [])
  .map(Number);
const EYE = { imageSize: 224, patchSize: 14 } as ClipVisionConfig;

test('larger and smaller pictures, wide and tall, are squares of the same bytes, normalized to the same numbers', async () => {
  assert.is(sizes.length, 14);
  for (let i = 0; i < sizes.length; i += 2) {
    const [width, height] = [sizes[i]!, sizes[i + 1]!];
    const picture = { width, height, pixels: wavePicture(width, height) };
    const said = `${width}x${height}`;
    const hash = createHash('sha256').update(square(picture, 224)).digest();
    assert.equal(Uint8Array.from(hash), Uint8Array.from(await vectors.read(`square.${said}`)), said);
    const { shape, data } = imagePatches(picture, EYE);
    assert.equal(shape, [1, 257, 588]);
    // Row 100, columns 100 to 103 of each channel: of patch 7, 7 row 2, columns 2 to 5.
    const at = (channel: number): number => (1 + 7 * 16 + 7) * 588 + channel * 196 + 2 * 14 + 2;
    const numbers = [0, 1, 2].flatMap((channel) => [...data.subarray(at(channel), at(channel) + 4)]);
    assert.equal(numbers, [...toF32('F32', await vectors.read(`normal.${said}`))], said);
  }
});

test('before the patches stands a row of zeros, and no picture is zeros alone', () => {
  const picture = { width: 3, height: 2, pixels: Uint8Array.from({ length: 18 }, () => 200) };
  const { data } = imagePatches(picture, EYE);
  assert.ok(data.subarray(0, 588).every((value) => value === 0));
  assert.ok(data.subarray(588).every((value) => value !== 0));
  assert.ok(blankPatches(EYE).data.every((value) => value === 0));
});

test.run();
