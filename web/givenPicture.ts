/** Pictures that a person gives to draw from, as pixels. */
import type { ImageRequest, InitImage } from '../workers/api';
import { resized } from '../workers/pictureFile/lanczos';
import { type InitPicture, init } from './initPicture';
import type { Size } from './sizes';
import { modelSize, set, settings, tell } from './state';

/** The longer side that is kept of a larger picture, pixels: the largest that is drawn. */
const LONGEST = 2048;

/** The shorter side that is drawn at least. */
const LEAST = 64;

/** diffusers' for drawing from a picture. */
const STRENGTH = 0.8;

/** Takes `file` to draw from; one that the browser cannot read is told. */
export async function takePicture(file: File): Promise<void> {
  const picture = await pictureOf(file);
  if (picture) give(file.name, picture);
}

/** The picture in `file`; of what the browser cannot read none, which is told. */
export async function pictureOf(file: File): Promise<InitImage | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (bitmap) return pixelsOf(bitmap);
  const details = { argument: file.name, expected: 'a picture', got: file.type || 'a file of another kind' };
  const failure = { code: 'bad-image', message: `bad-image: ${file.name}`, details } as const;
  tell({ type: 'problem', problem: { during: 'models', failure } });
  return undefined;
}

/** Draws from `picture`, in its shape and about the model's area. */
export function give(name: string, picture: InitImage): void {
  init.value = { name, picture, strength: STRENGTH, maskBlur: 0, maskedContent: 'original', beyond: NOWHERE, brought };
  set({ size: inShape(picture, modelSize()) });
}

function pixelsOf(bitmap: ImageBitmap): InitImage {
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = new OffscreenCanvas(width!, height!);
  const context = canvas.getContext('2d')!;
  context.drawImage(bitmap, 0, 0, width!, height!);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width!, height!);
  const pixels = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; to < pixels.length; from += 4, to += 3) pixels.set(data.subarray(from, from + 3), to);
  return { width: width!, height: height!, pixels };
}

/** Multiples of 8 with the shape of `picture` and about the area of `model`. */
export function inShape(picture: Size, model: Size): Size {
  const scale = Math.sqrt((model.width * model.height) / (picture.width * picture.height));
  const side = (pixels: number): number => Math.min(LONGEST, Math.max(LEAST, 8 * Math.round((pixels * scale) / 8)));
  return { width: side(picture.width), height: side(picture.height) };
}

type Beyond = InitPicture['beyond'];
const NOWHERE: Beyond = [0, 0, 0, 0];
const isBeyond = (beyond: Beyond): boolean => beyond.some((side) => side > 0);

/** What stable-diffusion-webui blurs and begins from beyond an edge. */
const SEAM = { maskBlur: 8, maskedContent: 'fill' } as const;

/** The size of the picture itself in what is drawn. */
function within({ picture, beyond: [left, top, right, bottom] }: InitPicture, size: Size): Size {
  const [width, height] = [size.width - left - right, size.height - top - bottom];
  return width < LEAST || height < LEAST ? inShape(picture, modelSize()) : { width, height };
}

/** Pixels that `given`, as it is set, may go on by to each side at most, in multiples of 8; what it does is one of them. */
export function mostBeyond(given: InitPicture): Beyond {
  const [left, top, right, bottom] = given.beyond;
  const { width, height } = within(given, settings.value.size ?? modelSize());
  const most = (side: number, other: number): number => Math.max(0, 8 * Math.floor((LONGEST - side - other) / 8));
  return [most(width, right), most(height, bottom), most(width, left), most(height, top)];
}

/** The picture goes on by `beyond`, and what is drawn is larger by as much; the picture itself is drawn as large as before. */
export function drawBeyond(beyond: Beyond): void {
  const given = init.value!;
  const [left, top, right, bottom] = beyond;
  const { width, height } = within(given, settings.value.size ?? modelSize());
  const fresh = isBeyond(beyond) && !isBeyond(given.beyond) ? SEAM : {};
  init.value = { ...given, ...fresh, beyond };
  set({ size: { width: width + left + right, height: height + top + bottom } });
}

/** No second pass: the picture that is given is the first. */
const ONE_PASS = {
  ...{ hiresScale: undefined, hiresSize: undefined, hiresUpscaler: undefined },
  ...{ hiresSteps: undefined, hiresStrength: undefined },
} as unknown as Partial<ImageRequest>;

function brought(given: InitPicture, size: Size): Partial<ImageRequest> {
  const { picture, mask, beyond, strength, maskBlur, maskedContent, padding } = given;
  if (mask && padding !== undefined && !isBeyond(beyond)) {
    // As they were given: what is drawn is a part, put back where it was.
    const part = { maskImage: mask, maskBlur, maskedContent, inpaintPadding: padding };
    return { initImage: picture, strength, ...ONE_PASS, ...part };
  }
  const [left, top, right, bottom] = beyond;
  const to = { width: Math.max(8, size.width - left - right), height: Math.max(8, size.height - top - bottom) };
  const at = (image: InitImage, channels: number): InitImage => ({
    ...to,
    pixels: resized(image.pixels, { width: image.width, height: image.height, channels }, to),
  });
  const into = isBeyond(beyond) ? { outpaint: beyond } : mask ? { maskImage: at(mask, 1) } : undefined;
  return { initImage: at(picture, 3), strength, ...ONE_PASS, ...(into ? { ...into, maskBlur, maskedContent } : {}) };
}
