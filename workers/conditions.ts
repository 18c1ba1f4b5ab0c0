/** Pictures that steer a drawing, as ControlNets and T2I-adapters see them. */
import { ADAPTER_PIXELS } from '../models/graph/adapter';
import type { InitImage, MaskImage } from './api';
import { gray } from './pictureFile/gray';
import { resized } from './pictureFile/lanczos';
import type { Tensor } from './tensor';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** As a ControlNet sees it, `[batch, 3, height, width]` in [0, 1], brought to this size as Pillow does it. */
export function conditionsOf(image: InitImage, { width, height }: Size, batch: number): Tensor {
  const pixels = resized(image.pixels, { width: image.width, height: image.height, channels: 3 }, { width, height });
  const area = width * height;
  const data = new Float32Array(batch * 3 * area);
  for (let i = 0; i < data.length; i++) data[i] = pixels[3 * (i % area) + (Math.floor(i / area) % 3)]! / 255;
  return { type: 'float32', shape: [batch, 3, height, width], data };
}

/**
 * As a ControlNet for inpainting sees `conditions`, of the size of `mask`: -1 where that says anew (`make_inpaint_condition` of
 * diffusers' documentation of control_v11p_sd15_inpaint).
 */
export function maskedConditions({ shape, data, type }: Tensor, { pixels }: MaskImage): Tensor {
  const seen = Float32Array.from(data as Float32Array, (value, i) => (pixels[i % pixels.length]! > 127 ? -1 : value));
  return { type, shape, data: seen } as Tensor;
}

/** As a T2I-adapter sees it: eight by eight pixels of a channel as channels, `PixelUnshuffle` of torch; gray, of those that see one. */
export function adapterConditions({ width, height, pixels }: InitImage, size: Size, channels: number): Tensor {
  const seen = channels === 1 ? gray(pixels) : pixels;
  const drawn = resized(seen, { width, height, channels }, size);
  const [rows, columns] = [size.height / ADAPTER_PIXELS, size.width / ADAPTER_PIXELS];
  const data = new Float32Array(drawn.length);
  for (let i = 0; i < data.length; i++) {
    const [at, x] = [Math.floor(i / columns), i % columns];
    const [channel, y] = [Math.floor(at / rows), at % rows];
    const [c, inside] = [Math.floor(channel / ADAPTER_PIXELS ** 2), channel % ADAPTER_PIXELS ** 2];
    const row = y * ADAPTER_PIXELS + Math.floor(inside / ADAPTER_PIXELS);
    const column = x * ADAPTER_PIXELS + (inside % ADAPTER_PIXELS);
    data[i] = drawn[(row * size.width + column) * channels + c]! / 255;
  }
  return { type: 'float32', shape: [1, channels * ADAPTER_PIXELS ** 2, rows, columns], data };
}
