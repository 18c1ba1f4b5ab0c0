/**
 * The colors of a picture and where they are, as T2I-adapters for colors were trained on: made small by Pillow's BICUBIC and large again by NEAREST, as
 * in the example of diffusers 0.42.1's `StableDiffusionAdapterPipeline`; there by OpenCV's, which blends less, in sd-webui-controlnet.
 */
import type { InitImage } from '../api';
import { BICUBIC } from './bicubic';
import { resized } from './lanczos';
import { nearest } from './nearest';

/** Of a side, pixels of one color: 8 by 8 colors of 512 by 512 pixels. */
const SQUARE = 64;

/** Of `drawn`'s size, RGB; a side that no whole square fits into has one. */
export function colorGrid(
  { width, height, pixels }: InitImage,
  drawn: { readonly width: number; readonly height: number },
): InitImage {
  const squares = (side: number): number => Math.max(Math.floor(side / SQUARE), 1);
  const small = { width: squares(drawn.width), height: squares(drawn.height) };
  const colors = resized(pixels, { width, height, channels: 3 }, small, BICUBIC);
  return { ...{ width: drawn.width, height: drawn.height }, pixels: nearest(colors, { ...small, channels: 3 }, drawn) };
}
