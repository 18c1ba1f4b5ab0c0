/**
 * T2I-adapters, Mou et al. 2023 (arXiv 2302.08453), `FullAdapter` and `LightAdapter` of diffusers 0.42.1 (adapter.py): a small network of its own
 * makes features of a picture, once, and the UNet adds those of each level to what the last layer of that level makes on the way down.
 */
import type { UNetConfig } from '../sd15';
import type { StageSize } from '../stage';
import type { Layers, Value } from './layers';
import { adaptedName } from './unet';
import { VAE_FACTOR } from './vae';

export interface AdapterConfig {
  /** A light one, a quarter as wide between a level's first and last layer, is for what is coarse: colors. */
  readonly type: 'full' | 'light';
  /** Channels of the picture that it sees, 3 or 1. */
  readonly inChannels: number;
  /** On each level. */
  readonly blocks: number;
}

/** How many pixels of a side lie side by side, as channels, in what it sees. */
export const ADAPTER_PIXELS = VAE_FACTOR;

/** `conditions` `[B, C · 64, H, W]` in [0, 1], eight by eight pixels of a channel after those of another, to `adapted_0` … of each level. */
export function adapter(
  net: Layers,
  { blockOutChannels }: UNetConfig,
  { type, inChannels, blocks }: AdapterConfig,
  { batch, height, width }: StageSize,
): void {
  let x = net.input('conditions', 'float32', [batch, inChannels * ADAPTER_PIXELS ** 2, height, width]);
  if (type === 'full') x = net.conv2d('adapter.conv_in', x, { channels: blockOutChannels[0]!, kernel: 3 });
  const layers = type === 'full' ? fullLevel : lightLevel;
  for (const [level, channels] of blockOutChannels.entries()) {
    if (level > 0) x = net.halved(x);
    x = layers(net, `adapter.body.${level}`, x, { channels, blocks });
    net.output(adaptedName(level), x);
  }
}

interface Level {
  readonly channels: number;
  readonly blocks: number;
}

/** `AdapterBlock`. */
function fullLevel(net: Layers, scope: string, x: Value, { channels, blocks }: Level): Value {
  let h = x;
  if (h.shape[1] !== channels) h = net.conv2d(`${scope}.in_conv`, h, { channels, kernel: 1 });
  for (let i = 0; i < blocks; i++) h = block(net, `${scope}.resnets.${i}`, h, { channels, kernel: 1 });
  return h;
}

/** `LightAdapterBlock`. */
function lightLevel(net: Layers, scope: string, x: Value, { channels, blocks }: Level): Value {
  const within = Math.floor(channels / 4);
  let h = net.conv2d(`${scope}.in_conv`, x, { channels: within, kernel: 1 });
  for (let i = 0; i < blocks; i++) h = block(net, `${scope}.resnets.${i}`, h, { channels: within, kernel: 3 });
  return net.conv2d(`${scope}.out_conv`, h, { channels, kernel: 1 });
}

/** `AdapterResnetBlock`, or with a second kernel of 3 `LightAdapterResnetBlock`. */
function block(
  net: Layers,
  scope: string,
  x: Value,
  { channels, kernel }: { readonly channels: number; readonly kernel: 1 | 3 },
): Value {
  const h = net.relu(net.conv2d(`${scope}.block1`, x, { channels, kernel: 3 }));
  return net.add(net.conv2d(`${scope}.block2`, h, { channels, kernel }), x);
}
