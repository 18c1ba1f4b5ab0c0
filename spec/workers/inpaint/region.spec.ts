/** The part that a mask is in, against diffusers: where it is, and to the byte what is cut out and put back. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { prepared } from '../../../workers/inpaint/prepared';
import { putBack, regionOf, taken } from '../../../workers/inpaint/region';
import { DEFAULTS } from '../../../workers/request';
import { wavePicture } from '../pictureFile/wavePicture';
import { blurring, boxIn, sha256 } from './blurring';

for (const { size, box, padding, drawn, region, ...expected } of blurring.regions) {
  const [[width, height], [toWidth, toHeight]] = [size, drawn];
  const to = { width: toWidth, height: toHeight };
  const mask = boxIn(box, width, height);

  test(`${size}, ${box} and ${padding} around it, at ${drawn}`, () => {
    const at = regionOf(mask, { width, height }, to, padding)!;
    assert.equal([at.left, at.top, at.left + at.width, at.top + at.height], region);
    const pixels = wavePicture(width, height);
    assert.is(sha256(taken(pixels, { width, height, channels: 3 }, at, to)), expected.part);
    assert.is(sha256(taken(mask, { width, height, channels: 1 }, at, to)), expected.mask);
    const initImage = { width, height, pixels };
    const asked = { ...DEFAULTS, ...to, prompt: '', seed: 0, initImage, maskImage: { width, height, pixels: mask } };
    const { finish } = prepared({ ...asked, inpaintPadding: padding });
    const back = finish({ ...to, pixels: wavePicture(toWidth, toHeight) });
    assert.equal([back.width, back.height], size);
    assert.is(sha256(back.pixels), expected.back);
    assert.is(putBack(wavePicture(toWidth, toHeight), to, at).length, 3 * at.width * at.height);
  });
}

test('an empty mask is in no part', () => {
  assert.is(regionOf(new Uint8Array(12), { width: 4, height: 3 }, { width: 8, height: 8 }, 2), undefined);
});

test.run();
