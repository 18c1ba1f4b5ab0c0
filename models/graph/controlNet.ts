/**
 * ControlNet, Zhang et al. 2023 (arXiv 2302.05543), as `ControlNetModel` of diffusers 0.42.1 (controlnet.py) has it: the UNet's way down and
 * its middle once more, which also see a picture of conditions; what they make is added, each by a 1×1 convolution, to the UNet's skips and
 * to its middle.
 */
import { TOKENS } from '../configs/textEncoderConfig';
import type { UNetConfig } from '../sd15';
import type { StageSize } from '../stage';
import type { Layers, Value } from './layers';
import { downLayers, middle, residualName, timeEmbedding } from './unet';
import { VAE_FACTOR } from './vae';

/** Besides what it shares with its UNet: channels of the layers that see the picture, 16, 32, 96, 256 as published. */
export interface ControlNetConfig {
  readonly embeddingChannels: readonly number[];
}

/**
 * `sample`, `timestep`, `encoder_hidden_states` as of the UNet, of `channels`, and `conditions` `[B, 3, 8H, 8W]` in [0, 1], to
 * `residual_0`, that of the outermost skip, and on, the middle's last. Beside a UNet that is handed its deep features only those of the skips
 * that are left of it, for which nothing beneath is computed: numbers of a whole one, bit for bit.
 */
export function controlNet(
  net: Layers,
  // Nobody tells a ControlNet the scale of guidance.
  { timeCondProjDim: _, ...unet }: UNetConfig,
  { embeddingChannels }: ControlNetConfig,
  { batch, height, width, tokens = TOKENS, deep }: StageSize,
): void {
  const sample = net.input('sample', 'float32', [batch, unet.outChannels, height, width]);
  const timestep = net.input('timestep', 'float32', [1]);
  const hiddenStates = net.input('encoder_hidden_states', 'float32', [batch, tokens, unet.crossAttentionDim]);
  const picture = net.input('conditions', 'float32', [batch, 3, VAE_FACTOR * height, VAE_FACTOR * width]);
  const plain = { freeu: undefined, tokenMergingRatio: undefined, adapted: false, imageTokens: [] };
  const shallow = deep?.from === 'given' ? deep.branch : undefined;
  // The outermost skip is made of the sample alone.
  const conditions =
    shallow === 0 ? undefined : { time: net.silu(timeEmbedding(net, unet, timestep)), hiddenStates, ...plain };

  const channels = unet.blockOutChannels[0]!;
  const seen = net.conv2d('conv_in', sample, { channels, kernel: 3 });
  const made = [net.add(embedding(net, picture, embeddingChannels, channels), seen)];
  const down = conditions ? downLayers(net, unet, conditions).slice(0, shallow) : [];
  for (const layer of down) made.push(layer(made.at(-1)!));
  const handOut = (i: number, value: Value, scope: string): void =>
    net.output(residualName(i), net.conv2d(scope, value, { channels: value.shape[1]!, kernel: 1 }));
  for (const [i, value] of made.entries()) handOut(i, value, `controlnet_down_blocks.${i}`);
  if (!conditions || shallow !== undefined) return;
  handOut(made.length, middle(net, unet, made.at(-1)!, conditions), 'controlnet_mid_block');
}

/** `ControlNetConditioningEmbedding`: to a latent's side in three strides. */
function embedding(net: Layers, picture: Value, widths: readonly number[], channels: number): Value {
  const scope = 'controlnet_cond_embedding';
  let x = net.silu(net.conv2d(`${scope}.conv_in`, picture, { channels: widths[0]!, kernel: 3 }));
  for (const [i, width] of widths.slice(1).entries()) {
    x = net.silu(net.conv2d(`${scope}.blocks.${2 * i}`, x, { channels: widths[i]!, kernel: 3 }));
    x = net.silu(net.conv2d(`${scope}.blocks.${2 * i + 1}`, x, { channels: width, kernel: 3, stride: 2 }));
  }
  return net.conv2d(`${scope}.conv_out`, x, { channels, kernel: 3 });
}
