/** Pictures that a person gives to draw from, as pixels. */
import type { FromImageRequest, InitImage } from '../workers/api';
import { resized } from '../workers/pictureFile/lanczos';
import { type InitPicture, init } from './initPicture';
import type { Size } from './sizes';
import { modelSize, set, tell } from './state';

/** The longer side that is kept of a larger picture, pixels: the largest that is drawn. */
const LONGEST = 2048;

/** diffusers' for drawing from a picture. */
const STRENGTH = 0.8;

/** Takes `file` to draw from; one that the browser cannot read is told. */
export async function takePicture(file: File): Promise<void> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (bitmap) return give(file.name, pixelsOf(bitmap));
  const details = { argument: file.name, expected: 'a picture', got: file.type || 'a file of another kind' };
  const failure = { code: 'bad-image', message: `bad-image: ${file.name}`, details } as const;
  tell({ type: 'problem', problem: { during: 'models', failure } });
}

/** Draws from `picture`, in its shape and about the model's area. */
export function give(name: string, picture: InitImage): void {
  init.value = { name, picture, strength: STRENGTH, brought };
  const size = inShape(picture, modelSize());
  set({ size });
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
  const side = (pixels: number): number => Math.min(2048, Math.max(64, 8 * Math.round((pixels * scale) / 8)));
  return { width: side(picture.width), height: side(picture.height) };
}

function brought({ picture, mask }: InitPicture, size: Size): FromImageRequest {
  const at = (image: InitImage, channels: number): InitImage => ({
    ...{ width: size.width, height: size.height },
    pixels: resized(image.pixels, { width: image.width, height: image.height, channels }, size),
  });
  return { initImage: at(picture, 3), ...(mask ? { maskImage: at(mask, 1) } : {}) };
}
