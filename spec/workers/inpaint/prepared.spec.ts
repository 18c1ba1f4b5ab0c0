/** What is drawn from, and what is handed out: of masks that are turned, blurred, empty, and of pictures that go on beyond their edges. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageEvent, ImageRequest, Picture } from '../../../workers/api';
import { isPrepared } from '../../../workers/inpaint/defaults';
import { outpainted } from '../../../workers/inpaint/outpainted';
import { prepared } from '../../../workers/inpaint/prepared';
import { resized } from '../../../workers/pictureFile/lanczos';
import { textToImage } from '../../../workers/pipeline';
import { checkRequest, DEFAULTS } from '../../../workers/request';
import { type Answer, DESCRIPTION, fakeParts, plainAnswer } from '../fakeParts';
import { wavePicture } from '../pictureFile/wavePicture';
import { refusal } from '../refusal';
import { boxIn } from './blurring';

const SIZE = { width: 48, height: 40 };
const initImage = { ...SIZE, pixels: wavePicture(48, 40) };
const maskImage = { ...SIZE, pixels: boxIn([8, 8, 24, 32], 48, 40) };
const REQUEST: ImageRequest = { ...DEFAULTS, prompt: 'a cat', scheduler: 'ddim', seed: 7, steps: 5, ...SIZE };
const INTO: ImageRequest = { ...REQUEST, initImage, maskImage };

/** With an encoder that says 0. */
const answer: Answer = (stage, inputs, size) => {
  if (stage !== 'vae_encoder') return plainAnswer(stage, inputs, size);
  const { height, width } = size;
  return { moments: { type: 'float32', shape: [1, 8, height, width], data: new Float32Array(8 * height * width) } };
};

async function drawn(request: ImageRequest, description = DESCRIPTION): Promise<Picture> {
  const events: ImageEvent[] = [];
  const parts = fakeParts(answer);
  const model = { ...parts.model, description };
  for await (const event of textToImage(request, { ...parts, model }, new AbortController().signal)) events.push(event);
  assert.is(events.at(-1)!.type, 'finished', JSON.stringify(events.at(-1)));
  return events.flatMap((event) => (event.type === 'image' ? [event.picture] : []))[0]!;
}

test('a blur of 0, the original content and a mask that is not turned are as none', () => {
  assert.not(isPrepared({ ...INTO, maskBlur: 0, maskedContent: 'original', invertMask: false }));
  assert.ok(isPrepared({ ...INTO, invertMask: true }));
  const { request, finish } = prepared({ ...INTO, maskBlur: 0 });
  assert.equal([request.initImage, request.maskImage], [initImage, maskImage]);
  const other = { ...SIZE, pixels: new Uint8Array(3 * 48 * 40) };
  assert.is(finish(other), other);
});

test('a turned mask is the other part', () => {
  const { request } = prepared({ ...INTO, invertMask: true });
  assert.equal(
    request.maskImage!.pixels,
    maskImage.pixels.map((value) => 255 - value),
  );
});

test('along a blurred mask what stays is pasted over what was drawn; far from it, every byte is that of the picture', async () => {
  const { pixels } = await drawn({ ...INTO, maskBlur: 2 });
  // The fake decoder draws mid-gray. A blur of 2 reaches no farther than 8 pixels.
  for (const [x, y, expected] of [
    [16, 20, [128, 128, 128]],
    [44, 36, undefined],
    [0, 0, undefined],
  ] as const) {
    const at = 3 * (y * 48 + x);
    assert.equal([...pixels.subarray(at, at + 3)], expected ?? [...initImage.pixels.subarray(at, at + 3)], `${x} ${y}`);
  }
});

test('only what the mask is in is drawn, and the picture keeps its size', async () => {
  const large = { width: 100, height: 90, pixels: wavePicture(100, 90) };
  const mask = { width: 100, height: 90, pixels: boxIn([20, 20, 40, 50], 100, 90) };
  const request: ImageRequest = { ...REQUEST, initImage: large, maskImage: mask, inpaintPadding: 4 };
  const { request: part } = prepared(request);
  assert.equal([part.initImage!.width, part.initImage!.height, part.maskImage!.pixels.length], [48, 40, 48 * 40]);
  const picture = await drawn(request);
  assert.equal([picture.width, picture.height, picture.seed], [100, 90, 7]);
  const at = 3 * (30 * 100 + 30);
  assert.equal([...picture.pixels.subarray(at, at + 3)], [128, 128, 128]);
  assert.equal(picture.pixels.subarray(0, 3 * 100 * 20), large.pixels.subarray(0, 3 * 100 * 20));
  const empty = { ...mask, pixels: new Uint8Array(9000) };
  const said = 'bad-argument: maskImage: expected a part to draw, got none';
  assert.throws(
    () => prepared({ ...request, maskImage: empty }),
    (thrown: Error) => thrown.message === said,
  );
});

test('where only what the mask is in is drawn, what steers is of that part, too, whatever its size', () => {
  const picture = { ...SIZE, pixels: Uint8Array.from(initImage.pixels) };
  const asked = (image: typeof picture): ImageRequest => ({
    ...{ ...INTO, width: 32, height: 32, inpaintPadding: 4, maskBlur: 0 },
    controls: [{ name: 'any', image, weight: 0.5 }],
  });
  const { request } = prepared(asked(picture));
  const [control] = request.controls!;
  assert.equal(control, { name: 'any', image: request.initImage, weight: 0.5 }, 'of the same picture the same part');
  // Above and below of it nothing counts.
  const outside = { ...SIZE, pixels: picture.pixels.map((value, i) => (i < 3 * 48 * 2 ? 255 - value : value)) };
  assert.equal(prepared(asked(outside)).request.controls![0]!.image, request.initImage);
  const double = { width: 96, height: 80 };
  const large = { ...double, pixels: Uint8Array.from(resized(picture.pixels, { ...SIZE, channels: 3 }, double)) };
  const part = prepared(asked(large)).request.controls![0]!.image.pixels;
  const apart = (pixels: Uint8Array): number =>
    pixels.reduce((sum, value, i) => sum + Math.abs(value - request.initImage!.pixels[i]!), 0);
  const squeezed = resized(large.pixels, { ...double, channels: 3 }, { width: 32, height: 32 });
  assert.ok(apart(part) < 0.3 * apart(squeezed), `${apart(part)} and ${apart(squeezed)}`);
});

test('a canvas that grows to the left has the picture on its right, and is drawn anew up to its seam', () => {
  const small = { width: 2, height: 1, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) };
  const { initImage: canvas, maskImage: mask } = outpainted(small, [2, 0, 0, 1], { width: 4, height: 2 }, 1);
  assert.equal([...canvas.pixels], [...Array<number>(6).fill(0), 1, 2, 3, 4, 5, 6, ...Array<number>(12).fill(0)]);
  assert.equal([...mask.pixels], Array<number>(8).fill(255));
  const wide = outpainted(small, [2, 0, 0, 0], { width: 4, height: 1 }, 1);
  assert.equal([...wide.maskImage.pixels], [255, 255, 255, 0]);
});

test('beyond its edges a picture is drawn by ordinary models and by those made for inpainting', async () => {
  const inpainting = { ...DESCRIPTION, unet: { ...DESCRIPTION.unet, inChannels: 9 } };
  for (const description of [DESCRIPTION, inpainting]) {
    const request = { ...REQUEST, width: 80, height: 56, initImage, outpaint: [16, 0, 16, 16] as const, maskBlur: 2 };
    const picture = await drawn(request, description);
    assert.equal([picture.width, picture.height], [80, 56]);
    const [beyond, middle] = [3 * (20 * 80 + 2), 3 * (10 * 80 + 16 + 24)];
    assert.equal([...picture.pixels.subarray(beyond, beyond + 3)], [128, 128, 128]);
    const kept = 3 * (10 * 48 + 24);
    assert.equal(picture.pixels.subarray(middle, middle + 3), initImage.pixels.subarray(kept, kept + 3));
  }
});

const checked = async (change: Partial<ImageRequest>) => checkRequest({ ...REQUEST, ...change });

test('what cannot be drawn so is refused, with the numbers', async () => {
  const out = { initImage, width: 64, outpaint: [8, 0, 8, 0] as const };
  for (const [change, said] of [
    [{ maskBlur: 4 }, 'maskImage: expected a mask where maskBlur is given, got none'],
    [{ initImage, invertMask: true }, 'maskImage: expected a mask where invertMask is given, got a picture alone'],
    [{ initImage, maskImage, maskBlur: 65 }, 'maskBlur: expected a number from 0 to 64, got 65'],
    [
      { initImage, maskImage, maskedContent: 'noise' as 'fill' },
      'maskedContent: expected one of fill, original, latent_noise, latent_nothing, got noise',
    ],
    [{ initImage, maskImage, inpaintPadding: -1 }, 'inpaintPadding: expected an integer from 0 to 512, got -1'],
    [
      { initImage: { ...initImage, width: 40 }, maskImage, inpaintPadding: 4 },
      'initImage: expected 4800 bytes of pixels, got 5760',
    ],
    [
      { initImage, maskImage: { ...maskImage, width: 40 }, inpaintPadding: 4 },
      'maskImage: expected 48 × 40 pixels, got 40 × 40',
    ],
    [{ outpaint: [8, 0, 0, 0] }, 'initImage: expected a picture where outpaint is given, got none'],
    [{ ...out, maskImage }, 'maskImage: expected none where outpaint is given, got a mask'],
    [{ ...out, invertMask: true }, 'invertMask: expected false where outpaint is given, got true'],
    [{ ...out, inpaintPadding: 8 }, 'inpaintPadding: expected none where outpaint is given, got 8'],
    [
      { ...out, outpaint: [8, 0, 4, 0] },
      'outpaint: expected left, top, right and bottom: multiples of 8, within 64 × 40, got 8,0,4,0',
    ],
    [
      { ...out, outpaint: [0, 0, 0, 0] },
      'outpaint: expected left, top, right and bottom: multiples of 8, within 64 × 40, got 0,0,0,0',
    ],
    [{ ...out, outpaint: [16, 0, 8, 0] }, 'initImage: expected 40 × 40 pixels, got 48 × 40'],
  ] as [Partial<ImageRequest>, string][])
    assert.is(await refusal(checked(change)), `bad-argument: ${said}`);
  assert.is(await refusal(checked(out)), 'read');
});

test.run();
