/** What a mask hides filled, and what it keeps pasted over, against Pillow, to the byte. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { composited, keptOf, opaque, rgbOf, unmultiplied } from '../../../workers/inpaint/alpha';
import { filled } from '../../../workers/inpaint/filled';
import { gaussianBlur } from '../../../workers/inpaint/gaussianBlur';
import { wavePicture } from '../pictureFile/wavePicture';
import { blurring, boxIn, sha256 } from './blurring';

for (const { size, box, radius, ...expected } of blurring.parts) {
  const [width, height] = size;
  const pixels = wavePicture(width, height);
  const mask = gaussianBlur(boxIn(box, width, height), { width, height, channels: 1 }, radius);

  test(`${size}, ${box} by ${radius}: filled from around as stable-diffusion-webui fills it`, () => {
    assert.is(sha256(filled(pixels, mask, { width, height })), expected.filled);
  });

  test(`${size}, ${box} by ${radius}: what is kept lies over what was drawn as diffusers lays it`, () => {
    const drawn = opaque(pixels.map((value) => 255 - value));
    assert.is(sha256(rgbOf(composited(drawn, unmultiplied(keptOf(pixels, mask))))), expected.over);
  });
}

test('where nothing is hidden, a picture is filled with itself', () => {
  const pixels = wavePicture(12, 8);
  assert.equal(filled(pixels, new Uint8Array(96), { width: 12, height: 8 }), pixels);
});

test.run();
