/** `UNet2DConditionModel` of Stable Diffusion 1.x (diffusers 0.42.1, unet_2d_condition.py, unet_2d_blocks.py). */
import { TOKENS } from '../configs/textEncoderConfig';
import type { UNetConfig } from '../sd15';
import type { StageSize } from '../stage';
import { type Layers, pictureShape, type Value } from './layers';
import { resnet } from './resnet';
import { transformer } from './transformer';

/** What every block sees besides the picture. */
interface Conditions {
  /** silu of the time embedding, which each resnet would take for itself. */
  readonly time: Value;
  readonly hiddenStates: Value;
}

/** `sample`, `timestep` and `encoder_hidden_states` to `noise`; shapes in `../stage.ts`. */
export function unet(net: Layers, config: UNetConfig, { batch, height, width, tokens = TOKENS }: StageSize): void {
  const sample = net.input('sample', 'float32', [batch, config.inChannels, height, width]);
  const timestep = net.input('timestep', 'float32', [1]);
  const hiddenStates = net.input('encoder_hidden_states', 'float32', [batch, tokens, config.crossAttentionDim]);
  const conditions = { time: net.silu(timeEmbedding(net, config, timestep)), hiddenStates };

  let x = net.conv2d('conv_in', sample, { channels: config.blockOutChannels[0]!, kernel: 3 });
  const skips = [x];
  for (const level of config.blockOutChannels.keys()) x = down(net, config, level, x, skips, conditions);
  x = middle(net, config, x, conditions);
  for (const step of config.blockOutChannels.keys()) x = up(net, config, step, x, skips, conditions);

  x = net.silu(net.groupNorm('conv_norm_out', x, { groups: config.normNumGroups, epsilon: config.normEps }));
  net.output('noise', net.conv2d('conv_out', x, { channels: config.outChannels, kernel: 3 }));
}

function timeEmbedding(net: Layers, config: UNetConfig, timestep: Value): Value {
  const width = config.blockOutChannels[0]!;
  const sinusoids = net.timestepEmbedding(timestep, {
    width,
    flipSinToCos: config.flipSinToCos,
    freqShift: config.freqShift,
  });
  const h = net.silu(net.linear('time_embedding.linear_1', sinusoids, 4 * width));
  return net.linear('time_embedding.linear_2', h, 4 * width);
}

/** Level 0 is the finest. Appends what the way up will need to `skips`. */
function down(net: Layers, config: UNetConfig, level: number, x: Value, skips: Value[], conditions: Conditions): Value {
  const scope = `down_blocks.${level}`;
  const channels = config.blockOutChannels[level]!;
  const attends = config.downBlockTypes[level] === 'CrossAttnDownBlock2D';
  let h = x;
  for (let i = 0; i < config.layersPerBlock; i++) {
    h = residual(net, config, `${scope}.resnets.${i}`, h, channels, conditions);
    if (attends) h = attention(net, config, `${scope}.attentions.${i}`, h, level, conditions);
    skips.push(h);
  }
  if (level === config.blockOutChannels.length - 1) return h;
  const padding = config.downsamplePadding === 0 ? 'after' : 'same';
  h = net.conv2d(`${scope}.downsamplers.0.conv`, h, { channels, kernel: 3, stride: 2, padding });
  skips.push(h);
  return h;
}

function middle(net: Layers, config: UNetConfig, x: Value, conditions: Conditions): Value {
  const level = config.blockOutChannels.length - 1;
  const channels = config.blockOutChannels[level]!;
  const outputScale = config.midBlockScaleFactor;
  let h = residual(net, config, 'mid_block.resnets.0', x, channels, conditions, outputScale);
  h = attention(net, config, 'mid_block.attentions.0', h, level, conditions);
  return residual(net, config, 'mid_block.resnets.1', h, channels, conditions, outputScale);
}

/** Step 0 is the coarsest. Takes its skips from the end of `skips`. */
function up(net: Layers, config: UNetConfig, step: number, x: Value, skips: Value[], conditions: Conditions): Value {
  const scope = `up_blocks.${step}`;
  const level = config.blockOutChannels.length - 1 - step;
  const channels = config.blockOutChannels[level]!;
  const attends = config.upBlockTypes[step] === 'CrossAttnUpBlock2D';
  let h = x;
  for (let i = 0; i <= config.layersPerBlock; i++) {
    h = residual(net, config, `${scope}.resnets.${i}`, net.concatChannels(h, skips.pop()!), channels, conditions);
    if (attends) h = attention(net, config, `${scope}.attentions.${i}`, h, level, conditions);
  }
  if (level === 0) return h;
  // Latents that do not divide by the levels' factor were rounded on the way down: meet the skip that comes next.
  const [, , height, width] = pictureShape(skips.at(-1)!);
  return net.conv2d(`${scope}.upsamplers.0.conv`, net.upsampleTo(h, height, width), { channels, kernel: 3 });
}

function residual(
  net: Layers,
  config: UNetConfig,
  scope: string,
  x: Value,
  channels: number,
  { time }: Conditions,
  outputScale = 1,
): Value {
  return resnet(net, scope, x, { channels, time, outputScale, groups: config.normNumGroups, epsilon: config.normEps });
}

function attention(
  net: Layers,
  config: UNetConfig,
  scope: string,
  x: Value,
  level: number,
  { hiddenStates }: Conditions,
): Value {
  return transformer(net, scope, x, {
    heads: config.attentionHeads[level]!,
    groups: config.normNumGroups,
    hiddenStates,
  });
}
