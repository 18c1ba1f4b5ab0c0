/** Layers to round: the demo model's with made-up inputs, as `spec/vectors/recipes/rounding_layers.py` has them. */

import { toF32 } from '../../../models/floats';
import { fileSource } from '../../../models/folder.node';
import { plainMatMul } from '../../../models/quantize/matrix/matMul';
import type { Layer } from '../../../models/quantize/methods/layer';
import type { Work } from '../../../models/quantize/methods/work';
import { openSafetensors } from '../../../models/safetensors';
import { fromRoot } from '../../root';
import { uniform } from '../randomModel';

const UNET = 'models/demo/model/unet/diffusion_pytorch_model.safetensors';
const FACTORS = 8;
const SIDE = 8;

/** Work that nobody watches or stops. */
export const quietly = (): Work => ({ matMul: plainMatMul, signal: new AbortController().signal });

/** `[samples, channels]` */
export function inputs(key: string, samples: number, channels: number): Float32Array {
  const part = (name: string, count: number): Float32Array => uniform(`${key}/${name}`, count, 1, 0);
  const mixing = part('mixing', FACTORS * channels);
  const factors = part('factors', samples * FACTORS);
  const noise = part('noise', samples * channels);
  const loudness = part('loudness', channels).map((value) => 2 ** (4 * value));
  const means = part('means', channels);
  return noise.map((value, i) => {
    const [sample, channel] = [Math.floor(i / channels), i % channels];
    let mixed = 0;
    for (let f = 0; f < FACTORS; f++) mixed += factors[sample * FACTORS + f]! * mixing[f * channels + channel]!;
    return loudness[channel]! * (6 * mixed + value + means[channel]!);
  });
}

/** E[x yᵀ] of samples `[count, columns]` each; E[x xᵀ] without `y`. */
export function moments(x: Float32Array, columns: number, y = x): Float32Array {
  const sums = new Float64Array(columns * columns);
  for (let from = 0; from < x.length; from += columns)
    for (let i = 0; i < columns; i++)
      for (let j = 0; j < columns; j++) sums[i * columns + j]! += x[from + i]! * y[from + j]!;
  return Float32Array.from(sums, (sum) => sum / (x.length / columns));
}

/** `weights` `[rows, columns]` over `samples` `[count, columns]`, their second moments in one block. */
export function layerOver(weights: Float32Array, rows: number, samples: Float32Array): Layer {
  const columns = weights.length / rows;
  return { weights, rows, columns, gram: [moments(samples, columns)] };
}

/** Made-up weights over made-up inputs. */
export const madeUp = (key: string, rows: number, columns: number, samples = 4 * columns): Layer =>
  layerOver(uniform(`${key}/weights`, rows * columns, 1, 0), rows, inputs(key, samples, columns));

export async function linear(): Promise<Layer> {
  const weights = await weight('down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight');
  return layerOver(weights, 128, inputs('linear', 2048, 128));
}

/** 32 of 128 output channels, over as many inputs. */
export async function kernels(): Promise<Layer> {
  const whole = await weight('down_blocks.1.resnets.0.conv2.weight');
  const some = new Float32Array(32 * 288);
  for (let row = 0; row < 32; row++) some.set(whole.subarray(row * 128 * 9, row * 128 * 9 + 288), row * 288);
  return layerOver(some, 32, tapsOf(inputs('kernels', 64 * SIDE * SIDE, 32), 32));
}

async function weight(name: string): Promise<Float32Array> {
  const file = await openSafetensors(await fileSource(fromRoot(UNET)));
  return toF32(file.info(name)!.dtype as 'F16', await file.read(name));
}

/** What each output pixel of a 3×3 convolution is a sum over, from pictures channels last that are smoothed first. */
function tapsOf(pixels: Float32Array, channels: number): Float32Array {
  const count = pixels.length / channels;
  const back = (p: number, y: number, x: number): number => {
    const [picture, row, column] = [Math.floor(p / SIDE ** 2), Math.floor(p / SIDE) % SIDE, p % SIDE];
    return (picture * SIDE + ((row - y + SIDE) % SIDE)) * SIDE + ((column - x + SIDE) % SIDE);
  };
  const smooth = pixels.map((value, i) => {
    const [p, c] = [Math.floor(i / channels), i % channels];
    return (value + pixels[back(p, 1, 0) * channels + c]! + pixels[back(p, 0, 1) * channels + c]!) / 3;
  });
  const taps = new Float32Array(count * channels * 9);
  for (let p = 0; p < count; p++) {
    const [row, column] = [Math.floor(p / SIDE) % SIDE, p % SIDE];
    for (let tap = 0; tap < 9; tap++) {
      const [y, x] = [row + Math.floor(tap / 3) - 1, column + (tap % 3) - 1];
      if (y < 0 || y >= SIDE || x < 0 || x >= SIDE) continue;
      const from = (p + (y - row) * SIDE + x - column) * channels;
      for (let c = 0; c < channels; c++) taps[(p * channels + c) * 9 + tap] = smooth[from + c]!;
    }
  }
  return taps;
}
