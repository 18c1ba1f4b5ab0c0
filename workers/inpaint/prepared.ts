/**
 * What is drawn from, made out of what was given, before anything is encoded; and what becomes of a picture that was drawn so. In
 * stable-diffusion-webui's order (`StableDiffusionProcessingImg2Img.init`): the canvas, the mask turned, blurred, the part that it is in, what it
 * hides filled. Fetched where one of these is asked for.
 */
import type { ImageRequest, InitImage, MaskImage } from '../api';
import { CodedError } from '../errors';
import { resized } from '../pictureFile/lanczos';
import { composited, keptOf, opaque, rgbOf, unmultiplied } from './alpha';
import { isPrepared, maskBlurOf, maskedContentOf } from './defaults';
import { filled } from './filled';
import { gaussianBlur } from './gaussianBlur';
import { outpainted } from './outpainted';
import { putBack, regionOf, taken } from './region';

export interface Prepared {
  /** Begins from pictures of its own size. */
  readonly request: ImageRequest;
  /** What was drawn as the picture that is handed out. */
  finish(drawn: InitImage): InitImage;
}

/** `request` has a picture to begin from, and a mask or `outpaint`, or nothing is done. Throws `bad-argument` where only what the mask is in is drawn, and it is empty. */
export function prepared(request: ImageRequest): Prepared {
  if (!isPrepared(request)) return { request, finish: (drawn) => drawn };
  const radius = maskBlurOf(request);
  const { initImage: whole, maskImage } = canvasOf(request, radius);
  const mask = blurred(request.invertMask ? inverted(maskImage) : maskImage, radius);
  if (request.inpaintPadding !== undefined) return onlyMasked(request, whole, mask, request.inpaintPadding);
  const initImage = withContent(whole, mask, request);
  return {
    request: { ...request, initImage, maskImage: mask },
    // Without a blur what is drawn stands as it is, as diffusers has it.
    finish: (drawn) => (radius === 0 ? drawn : over(whole, { ...mask, pixels: mask.pixels.map(doubled) }, drawn)),
  };
}

function canvasOf(request: ImageRequest, radius: number) {
  const { initImage, maskImage, outpaint } = request;
  if (!outpaint) return { initImage: initImage!, maskImage: maskImage! };
  return outpainted(initImage!, outpaint, request, radius);
}

const inverted = (mask: MaskImage): MaskImage => ({ ...mask, pixels: mask.pixels.map((value) => 255 - value) });

const blurred = (mask: MaskImage, radius: number): MaskImage => ({
  ...mask,
  pixels: gaussianBlur(mask.pixels, { ...mask, channels: 1 }, radius),
});

const doubled = (value: number): number => Math.min(2 * value, 255);

function withContent(image: InitImage, mask: MaskImage, request: ImageRequest): InitImage {
  if (maskedContentOf(request) !== 'fill') return image;
  return { ...image, pixels: filled(image.pixels, mask.pixels, image) };
}

function onlyMasked(request: ImageRequest, whole: InitImage, mask: MaskImage, padding: number): Prepared {
  const box = regionOf(mask.pixels, mask, request, padding);
  if (!box) throw new CodedError('bad-argument', { argument: 'maskImage', expected: 'a part to draw', got: 'none' });
  const { width, height } = request;
  const part = { width, height, pixels: taken(whole.pixels, { ...whole, channels: 3 }, box, request) };
  const maskImage = { width, height, pixels: taken(mask.pixels, { ...mask, channels: 1 }, box, request) };
  const initImage = withContent(part, maskImage, request);
  // What steers is of the whole picture, and so is cut like it (`prepare_control_image` of pipeline_controlnet_inpaint.py).
  const controls = request.controls?.map((control) => {
    const { image } = control;
    const pixels = resized(image.pixels, { ...image, channels: 3 }, whole);
    return { ...control, image: { width, height, pixels: taken(pixels, { ...whole, channels: 3 }, box, request) } };
  });
  return {
    request: { ...request, initImage, maskImage, ...(controls ? { controls } : {}) },
    finish(drawn) {
      const back = putBack(drawn.pixels, drawn, box);
      const pixels = Uint8Array.from(whole.pixels);
      for (let y = 0; y < box.height; y++)
        pixels.set(
          back.subarray(3 * y * box.width, 3 * (y + 1) * box.width),
          3 * ((box.top + y) * whole.width + box.left),
        );
      return over(whole, mask, { ...whole, pixels });
    },
  };
}

/** `kept` over `drawn` where `mask` is 0, fading to where it is 255: `apply_overlay` of diffusers 0.42.1. */
function over(kept: InitImage, mask: MaskImage, drawn: InitImage): InitImage {
  const layer = unmultiplied(keptOf(kept.pixels, mask.pixels));
  return { ...drawn, pixels: rgbOf(composited(opaque(drawn.pixels), layer)) };
}
