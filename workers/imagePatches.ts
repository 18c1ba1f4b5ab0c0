/**
 * A picture as CLIP's vision encoder sees it: `CLIPImageProcessor` as diffusers makes it for an IP-Adapter (loaders/ip_adapter.py, 0.42.1) over Pillow
 * (transformers 5.23, `CLIPImageProcessorPil`): its shorter side brought to the encoder's size, cut to the square in the middle, and brought
 * to the mean and deviation that CLIP was trained on.
 */
import { type ClipVisionConfig, visionTokens } from '../models/graph/clipVision';
import type { InitImage } from './api';
import { BICUBIC } from './pictureFile/bicubic';
import { cropped } from './pictureFile/crop';
import { resized } from './pictureFile/lanczos';
import type { Tensor } from './tensor';

/** Of red, green and blue in [0, 1] (`OPENAI_CLIP_MEAN`, `OPENAI_CLIP_STD`). */
const MEAN = [0.48145466, 0.4578275, 0.40821073].map(Math.fround);
const DEVIATION = [0.26862954, 0.26130258, 0.27577711].map(Math.fround);

type Eye = Pick<ClipVisionConfig, 'imageSize' | 'patchSize'>;

/** `patches` of `clipVision`, `[1, T, 3 · patchSize²]`, the first row zeros. */
export function imagePatches(image: InitImage, eye: ClipVisionConfig): Tensor {
  const { imageSize, patchSize } = eye;
  const pixels = square(image, imageSize);
  const patches = blankPatches(eye);
  const data = patches.data as Float32Array;
  const [columns, area] = [Math.floor(imageSize / patchSize), patchSize ** 2];
  for (let i = 3 * area; i < data.length; i++) {
    const [patch, within] = [Math.floor(i / (3 * area)) - 1, i % (3 * area)];
    const [channel, at] = [Math.floor(within / area), within % area];
    const y = Math.floor(patch / columns) * patchSize + Math.floor(at / patchSize);
    const x = (patch % columns) * patchSize + (at % patchSize);
    const value = Math.fround(pixels[3 * (y * imageSize + x) + channel]! / 255);
    data[i] = Math.fround(value - MEAN[channel]!) / DEVIATION[channel]!;
  }
  return patches;
}

/** The picture of the mean: what stands for no picture. */
export const blankPatches = (eye: ClipVisionConfig): Tensor => {
  const [tokens, width] = [visionTokens(eye), 3 * eye.patchSize ** 2];
  return { type: 'float32', shape: [1, tokens, width], data: new Float32Array(tokens * width) };
};

/** `[imageSize, imageSize, 3]`, 8-bit. */
export function square({ width, height, pixels }: InitImage, imageSize: Eye['imageSize']): Uint8Array {
  const long = Math.trunc((imageSize * Math.max(width, height)) / Math.min(width, height));
  const size = width <= height ? { width: imageSize, height: long } : { width: long, height: imageSize };
  const small = resized(pixels, { width, height, channels: 3 }, size, BICUBIC);
  const [left, top] = [(size.width - imageSize) >> 1, (size.height - imageSize) >> 1];
  return cropped(small, { ...size, channels: 3 }, { left, top, width: imageSize, height: imageSize });
}
