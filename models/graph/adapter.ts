/**
 * T2I-adapters, Mou et al. 2023 (arXiv 2302.08453), `FullAdapter` of diffusers 0.42.1 (adapter.py): a small network of its own makes features
 * of a picture, once, and the UNet adds those of each level to what the last layer of that level makes on the way down.
 */
import type { UNetConfig } from '../sd15';
import type { StageSize } from '../stage';
import type { Layers, Value } from './layers';
import { adaptedName } from './unet';
import { VAE_FACTOR } from './vae';

/** Channels of the picture that it sees, 3 or 1, and blocks on each level. */
export interface AdapterConfig {
  readonly inChannels: number;
  readonly blocks: number;
}

/** How many pixels of a side lie side by side, as channels, in what it sees. */
export const ADAPTER_PIXELS = VAE_FACTOR;

/** `conditions` `[B, C · 64, H, W]` in [0, 1], eight by eight pixels of a channel after those of another, to `adapted_0` … of each level. */
export function adapter(
  net: Layers,
  { blockOutChannels }: UNetConfig,
  { inChannels, blocks }: AdapterConfig,
  { batch, height, width }: StageSize,
): void {
  let x = net.input('conditions', 'float32', [batch, inChannels * ADAPTER_PIXELS ** 2, height, width]);
  x = net.conv2d('adapter.conv_in', x, { channels: blockOutChannels[0]!, kernel: 3 });
  for (const [level, channels] of blockOutChannels.entries()) {
    const scope = `adapter.body.${level}`;
    if (level > 0) x = net.halved(x);
    if (x.shape[1] !== channels) x = net.conv2d(`${scope}.in_conv`, x, { channels, kernel: 1 });
    for (let i = 0; i < blocks; i++) x = block(net, `${scope}.resnets.${i}`, x, channels);
    net.output(adaptedName(level), x);
  }
}

/** `AdapterResnetBlock`. */
function block(net: Layers, scope: string, x: Value, channels: number): Value {
  const h = net.relu(net.conv2d(`${scope}.block1`, x, { channels, kernel: 3 }));
  return net.add(net.conv2d(`${scope}.block2`, h, { channels, kernel: 1 }), x);
}
