import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DiffusionError } from '../../../workers/diffusion/errors';
import { rgb8 } from '../../../workers/diffusion/image';
import { fromRoot } from '../../root';

test("pixels are diffusers' at every level's boundary, one float32 on either side of it, and beyond the ends", () => {
  const { shape, image, pixels } = JSON.parse(readFileSync(fromRoot('spec/vectors/pixels.json'), 'utf8'));
  assert.equal([...rgb8(Float32Array.from(image), shape[2], shape[3])], pixels);
});

test('channels become the innermost dimension, rows stay rows', () => {
  // 2 rows, 2 columns; each channel counts its pixels: level 10 · channel + pixel.
  const image = Float32Array.from({ length: 12 }, (_, i) => ((10 * Math.floor(i / 4) + (i % 4)) / 255) * 2 - 1);
  assert.equal([...rgb8(image, 2, 2)], [0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23]);
});

test('the first value that is no finite number is named', () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const image = new Float32Array(12);
    image.set([bad, bad], 5);
    assert.throws(
      () => rgb8(image, 2, 2),
      (error: unknown) =>
        error instanceof DiffusionError &&
        error.code === 'bad-picture' &&
        error.message === `bad-picture: image[5]: expected a finite number, got ${bad}`,
    );
  }
});

test.run();
