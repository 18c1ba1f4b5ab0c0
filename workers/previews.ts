/**
 * How a picture stands while it is drawn: what a tiny VAE makes of the estimate that a step ends with, in a size that takes
 * little of the step's time and memory.
 */
import { VAE_FACTOR } from '../models/graph/vae';
import type { StageSize } from '../models/stage';
import type { InitImage } from './api';
import type { Backend } from './backend/backend';
import { rgb8 } from './diffusion/image';
import type { Latents } from './diffusion/latents';
import type { Model } from './model';

/** Latents on the longer side of a preview: 256 pixels. */
const MOST_LATENTS = 32;

/** Latents `[1, C, H, W]` of a preview of latents of `size`: means of squares of them. */
export function previewSize({ height, width }: Pick<StageSize, 'height' | 'width'>): StageSize & { by: number } {
  const by = Math.ceil(Math.max(height, width) / MOST_LATENTS);
  return { batch: 1, height: Math.max(1, Math.floor(height / by)), width: Math.max(1, Math.floor(width / by)), by };
}

export interface Previews {
  /** `latents` as the UNet knows them, without noise. */
  show(latents: Latents): Promise<InitImage>;
  close(): Promise<void>;
}

/** Opens the decoder of `model`, a model with a tiny VAE, beside the UNet. Whoever asks closes it. */
export async function openPreviews(
  model: Model,
  backend: Backend,
  whole: StageSize,
  scalingFactor: number,
  signal: AbortSignal,
): Promise<Previews> {
  const { by, ...size } = previewSize(whole);
  const file = await model.file('vae_decoder', size, signal);
  const decoder = await backend.open(file, signal, { lean: true }).finally(() => file.weights.close());
  return {
    async show(latents) {
      const { shape, data } = meansOf(latents, by, size);
      const scaled = data.map((value) => value / scalingFactor);
      const { image } = await decoder.run({ latents: { type: 'float32', shape, data: scaled } });
      const [height, width] = [VAE_FACTOR * size.height, VAE_FACTOR * size.width];
      return { width, height, pixels: rgb8(image!.data as Float32Array, height, width) };
    },
    close: () => decoder.close(),
  };
}

/** Means of `by` × `by` latents. */
export function meansOf({ shape, data }: Latents, by: number, { height, width }: StageSize): Latents {
  if (by === 1) return { shape, data };
  const [, channels, rows, columns] = shape;
  const means = Float32Array.from({ length: channels * height * width }, (_, i) => {
    const [x, y, c] = [i % width, Math.floor(i / width) % height, Math.floor(i / width / height)];
    let sum = 0;
    for (let dy = 0; dy < by; dy++)
      for (let dx = 0; dx < by; dx++) sum += data[(c * rows + y * by + dy) * columns + x * by + dx]!;
    return sum / by ** 2;
  });
  return { shape: [1, channels, height, width], data: means };
}
