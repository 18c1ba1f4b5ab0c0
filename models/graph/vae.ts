/** The two halves of `AutoencoderKL` (diffusers 0.42.1, vae.py, autoencoder_kl.py). */
import type { VaeConfig } from '../sd15';
import type { StageSize } from '../stage';
import { type Layers, pictureShape, type Value } from './layers';
import { resnet } from './resnet';

const EPSILON = 1e-6;

/** Pixels to a latent pixel's side. */
export const VAE_FACTOR = 8;

/** `latents` `[B, C, H, W]`, already divided by `scaling_factor`, to `image` `[B, 3, 8H, 8W]`. */
export function vaeDecoder(net: Layers, config: VaeConfig, { batch, height, width }: StageSize): void {
  const { latentChannels, blockOutChannels, layersPerBlock } = config;
  const latents = net.input('latents', 'float32', [batch, latentChannels, height, width]);
  let x = net.conv2d('post_quant_conv', latents, { channels: latentChannels, kernel: 1 });
  x = net.conv2d('decoder.conv_in', x, { channels: blockOutChannels.at(-1)!, kernel: 3 });
  x = middle(net, config, 'decoder.mid_block', x);
  for (const [step, channels] of [...blockOutChannels].reverse().entries()) {
    const scope = `decoder.up_blocks.${step}`;
    x = resnets(net, config, scope, x, channels, layersPerBlock + 1);
    if (step < blockOutChannels.length - 1) x = doubled(net, `${scope}.upsamplers.0.conv`, x);
  }
  net.output('image', head(net, config, 'decoder', x, config.outChannels));
}

/** `image` `[B, 3, 8H, 8W]` in [-1, 1] to `moments` `[B, 2C, H, W]`: mean, then log-variance. */
export function vaeEncoder(net: Layers, config: VaeConfig, { batch, height, width }: StageSize): void {
  const { latentChannels, blockOutChannels, layersPerBlock } = config;
  const image = net.input('image', 'float32', [batch, config.inChannels, VAE_FACTOR * height, VAE_FACTOR * width]);
  let x = net.conv2d('encoder.conv_in', image, { channels: blockOutChannels[0]!, kernel: 3 });
  for (const [level, channels] of blockOutChannels.entries()) {
    const scope = `encoder.down_blocks.${level}`;
    x = resnets(net, config, scope, x, channels, layersPerBlock);
    if (level === blockOutChannels.length - 1) continue;
    x = net.conv2d(`${scope}.downsamplers.0.conv`, x, { channels, kernel: 3, stride: 2, padding: 'after' });
  }
  x = middle(net, config, 'encoder.mid_block', x);
  const moments = head(net, config, 'encoder', x, 2 * latentChannels);
  net.output('moments', net.conv2d('quant_conv', moments, { channels: 2 * latentChannels, kernel: 1 }));
}

function resnets(net: Layers, config: VaeConfig, scope: string, x: Value, channels: number, count: number): Value {
  let h = x;
  for (let i = 0; i < count; i++) h = residual(net, config, `${scope}.resnets.${i}`, h, channels);
  return h;
}

function middle(net: Layers, config: VaeConfig, scope: string, x: Value): Value {
  const channels = x.shape[1]!;
  let h = residual(net, config, `${scope}.resnets.0`, x, channels);
  h = attention(net, config, `${scope}.attentions.0`, h);
  return residual(net, config, `${scope}.resnets.1`, h, channels);
}

/** One head as wide as the picture has channels. */
function attention(net: Layers, config: VaeConfig, scope: string, x: Value): Value {
  const [, channels, height, width] = pictureShape(x);
  const groups = config.normNumGroups;
  const tokens = net.toTokens(net.groupNorm(`${scope}.group_norm`, x, { groups, epsilon: EPSILON }));
  const project = (name: string, from: Value) => net.linear(`${scope}.${name}`, from, channels);
  const seen = net.attention(project('to_q', tokens), project('to_k', tokens), project('to_v', tokens), { heads: 1 });
  return net.add(net.toPicture(project('to_out.0', seen), height, width), x);
}

function doubled(net: Layers, scope: string, x: Value): Value {
  const [, channels, height, width] = pictureShape(x);
  return net.conv2d(scope, net.upsampleTo(x, 2 * height, 2 * width), { channels, kernel: 3 });
}

function head(net: Layers, config: VaeConfig, scope: string, x: Value, channels: number): Value {
  const normed = net.groupNorm(`${scope}.conv_norm_out`, x, { groups: config.normNumGroups, epsilon: EPSILON });
  return net.conv2d(`${scope}.conv_out`, net.silu(normed), { channels, kernel: 3 });
}

function residual(net: Layers, config: VaeConfig, scope: string, x: Value, channels: number): Value {
  return resnet(net, scope, x, { channels, groups: config.normNumGroups, epsilon: EPSILON });
}
