/** A blur, against Pillow's, to the byte. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gaussianBlur } from '../../../workers/inpaint/gaussianBlur';
import { gray } from '../../../workers/pictureFile/gray';
import { wavePicture } from '../pictureFile/wavePicture';
import { blurring, sha256 } from './blurring';

test("pictures are blurred to the byte as Pillow's GaussianBlur blurs them, wider than they are as well", () => {
  assert.ok(blurring.blurs.length > 7);
  for (const { size, radius, rgb, gray: one, first } of blurring.blurs) {
    const [width, height] = size;
    const pixels = wavePicture(width, height);
    const blurred = gaussianBlur(pixels, { width, height, channels: 3 }, radius);
    assert.equal([...blurred.subarray(0, 12)], first, `${size} by ${radius}`);
    assert.is(sha256(blurred), rgb, `${size} by ${radius}`);
    assert.is(sha256(gaussianBlur(gray(pixels), { width, height, channels: 1 }, radius)), one, `${size}, gray`);
  }
});

test('by 0 a picture is itself, and what is even stays so', () => {
  const pixels = wavePicture(5, 4);
  assert.is(gaussianBlur(pixels, { width: 5, height: 4, channels: 3 }, 0), pixels);
  const even = new Uint8Array(90).fill(200);
  assert.equal(gaussianBlur(even, { width: 10, height: 9, channels: 1 }, 3), even);
});

test.run();
