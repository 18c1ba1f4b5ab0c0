/** `ResnetBlock2D` (diffusers 0.42.1, resnet.py): norm, silu, conv, plus the time; norm, silu, conv; plus the input. */
import type { Layers, Value } from './layers';

export interface Resnet {
  readonly channels: number;
  readonly groups: number;
  readonly epsilon: number;
  /** silu of the time embedding `[1, width]`; the VAE has none. */
  readonly time?: Value;
  /** The sum is divided by this (`output_scale_factor`), 1 by default. */
  readonly outputScale?: number;
}

export function resnet(net: Layers, scope: string, x: Value, options: Resnet): Value {
  const { channels, time, outputScale = 1 } = options;
  let h = net.silu(net.groupNorm(`${scope}.norm1`, x, options));
  h = net.conv2d(`${scope}.conv1`, h, { channels, kernel: 3 });
  if (time) h = net.addToChannels(h, net.linear(`${scope}.time_emb_proj`, time, channels));
  h = net.silu(net.groupNorm(`${scope}.norm2`, h, options));
  h = net.conv2d(`${scope}.conv2`, h, { channels, kernel: 3 });
  const shortcut = x.shape[1] === channels ? x : net.conv2d(`${scope}.conv_shortcut`, x, { channels, kernel: 1 });
  const sum = net.add(shortcut, h);
  return outputScale === 1 ? sum : net.scale(sum, 1 / outputScale);
}
