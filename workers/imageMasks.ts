/**
 * Where pictures count that a UNet is shown: `IPAdapterMaskProcessor` of diffusers 0.42.1 (image_processor.py), black or white at the size that is
 * drawn, and then brought to that of each cross-attention by a bicubic that may go a little beyond. What that size is the UNet knows; diffusers
 * works it out of how many tokens there are, and where a side does not divide by 64 may find another, in which a mask lies askew.
 */
import { imageMaskName } from '../models/graph/imageNames';
import { crossAttentions } from '../models/graph/unet';
import { VAE_FACTOR } from '../models/graph/vae';
import type { UNetConfig } from '../models/sd15';
import type { StageSize } from '../models/stage';
import type { InitImage } from './api';
import { interpolated } from './diffusion/interpolate';
import type { Latents } from './diffusion/latents';
import { gray } from './pictureFile/gray';
import { resized } from './pictureFile/lanczos';
import { inputsOf, type Sides } from './takenIn';
import type { Tensor, Tensors } from './tensor';

/** By their names the masks that a UNet for one picture of `size` takes in, `[1, H · W, 1]`; `masks` by the places of what they are for. */
export function maskInputs(config: UNetConfig, size: StageSize, masks: readonly (InitImage | undefined)[]): Tensors {
  const made: Record<string, Tensor> = {};
  if (masks.every((mask) => mask === undefined)) return made;
  const sizes = inputsOf(config, size);
  for (const [index, mask] of masks.entries()) {
    if (!mask) continue;
    const whole = blackOrWhite(mask, size);
    const kept = new Map<string, Tensor>();
    for (const { scope } of crossAttentions(config)) {
      const name = imageMaskName(scope, index);
      const sides = sizes.get(name);
      if (!sides) continue;
      const { height, width } = sides;
      const key = `${height}x${width}`;
      const place = kept.get(key) ?? tokensOf(interpolated(whole, sides, 'bicubic'));
      kept.set(key, place);
      made[name] = place;
    }
  }
  return made;
}

/** `[1, 1, H, W]` as `[1, H · W, 1]`. */
const tokensOf = ({ shape: [, , height, width], data }: Latents): Tensor => ({
  ...{ type: 'float32', shape: [1, height * width, 1] },
  data: Float32Array.from(data),
});

/** 0 or 1, `[1, 1, 8 · height, 8 · width]`. */
function blackOrWhite({ width, height, pixels }: InitImage, size: Sides): Latents {
  const drawn = { height: VAE_FACTOR * size.height, width: VAE_FACTOR * size.width };
  const light = gray(resized(pixels, { width, height, channels: 3 }, drawn));
  return { shape: [1, 1, drawn.height, drawn.width], data: Float32Array.from(light, (value) => (value < 128 ? 0 : 1)) };
}
