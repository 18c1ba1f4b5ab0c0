/** The two halves of `AutoencoderTiny` (diffusers 0.42.1, vae.py, autoencoder_tiny.py): TAESD, convolutions and ReLUs alone. */
import type { StageSize } from '../stage';
import { type Layers, pictureShape, type Value } from './layers';
import { VAE_FACTOR } from './vae';

/** Half of an `AutoencoderTiny`: channels of all its layers, and how many blocks there are on each level. */
export interface TinyHalf {
  readonly channels: number;
  readonly blocks: readonly number[];
}

/** Latents are softly clamped to ± this. */
const LATENT_LIMIT = 3;

/** `latents` `[B, C, H, W]`, already divided by `scalingFactor`, to `image` `[B, 3, 8H, 8W]`, nominally in [-1, 1]. */
export function tinyDecoder(
  net: Layers,
  latentChannels: number,
  { channels, blocks }: TinyHalf,
  { batch, height, width }: StageSize,
): void {
  const latents = net.input('latents', 'float32', [batch, latentChannels, height, width]);
  const clamped = net.scale(net.tanh(net.scale(latents, 1 / LATENT_LIMIT)), LATENT_LIMIT);
  let layer = 0;
  const next = (): string => `decoder.layers.${layer++}`;
  let x = net.relu(net.conv2d(next(), clamped, { channels, kernel: 3 }));
  layer++; // The activation counts as a layer, as do the enlargements.
  for (const [level, count] of blocks.entries()) {
    for (let i = 0; i < count; i++) x = block(net, next(), x);
    if (level === blocks.length - 1) break;
    layer++;
    x = net.conv2d(next(), doubled(net, x), { channels, kernel: 3, bias: false });
  }
  net.output('image', net.scale(net.conv2d(next(), x, { channels: 3, kernel: 3 }), 2, -1));
}

/** `image` `[B, 3, 8H, 8W]` in [-1, 1] to `latents` `[B, C, H, W]`, to be multiplied by `scalingFactor`. */
export function tinyEncoder(
  net: Layers,
  latentChannels: number,
  { channels, blocks }: TinyHalf,
  { batch, height, width }: StageSize,
): void {
  const image = net.input('image', 'float32', [batch, 3, VAE_FACTOR * height, VAE_FACTOR * width]);
  let layer = 0;
  const next = (): string => `encoder.layers.${layer++}`;
  let x = net.conv2d(next(), net.scale(image, 0.5, 0.5), { channels, kernel: 3 });
  for (const [level, count] of blocks.entries()) {
    if (level > 0) x = net.conv2d(next(), x, { channels, kernel: 3, stride: 2, bias: false });
    for (let i = 0; i < count; i++) x = block(net, next(), x);
  }
  net.output('latents', net.conv2d(next(), x, { channels: latentChannels, kernel: 3 }));
}

/** `AutoencoderTinyBlock` (unet_2d_blocks.py): three convolutions, plus what they are of. */
function block(net: Layers, scope: string, x: Value): Value {
  const channels = x.shape[1]!;
  const conv = (index: number, from: Value): Value =>
    net.conv2d(`${scope}.conv.${index}`, from, { channels, kernel: 3 });
  const h = net.relu(conv(2, net.relu(conv(0, x))));
  return net.relu(net.add(conv(4, h), x));
}

function doubled(net: Layers, x: Value): Value {
  const [, , height, width] = pictureShape(x);
  return net.upsampleTo(x, 2 * height, 2 * width);
}
