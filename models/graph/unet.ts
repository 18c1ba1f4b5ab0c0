/** `UNet2DConditionModel` of Stable Diffusion 1.x (diffusers 0.42.1, unet_2d_condition.py, unet_2d_blocks.py). */
import { TOKENS } from '../configs/textEncoderConfig';
import type { UNetConfig } from '../sd15';
import type { ImageTokens, StageSize } from '../stage';
import { type FreeU, freed } from './freeu';
import { type Layers, pictureShape, type Value } from './layers';
import { resnet } from './resnet';
import { transformer } from './transformer';

/** What every block sees besides the picture. */
export interface Conditions {
  /** silu of the time embedding, which each resnet would take for itself. */
  readonly time: Value;
  readonly hiddenStates: Value;
  readonly freeu: FreeU | undefined;
  readonly tokenMergingRatio: number | undefined;
  /** Whether each level takes in what T2I-adapters have made. */
  readonly adapted: boolean;
  /** Tokens of pictures that each cross-attention looks at besides. */
  readonly imageTokens: readonly ImageTokens[];
}

/**
 * `sample`, `timestep` and `encoder_hidden_states` to `noise`; shapes in `../stage.ts`. With `deep` features: what the way up has
 * made when it takes in skip `branch` is handed out, or handed in, and then nothing beneath that skip is computed (DeepCache, Ma et
 * al. 2023, arXiv 2312.00858; `cache_branch_id` of its package, 0.1.1).
 */
export function unet(
  net: Layers,
  config: UNetConfig,
  { batch, height, width, tokens = TOKENS, deep, freeu, tokenMergingRatio, controlled, ...given }: StageSize,
): void {
  const { adapted = false, imageTokens = [] } = given;
  const sample = net.input('sample', 'float32', [batch, config.inChannels, height, width]);
  const timestep = net.input('timestep', 'float32', [1]);
  const hiddenStates = net.input('encoder_hidden_states', 'float32', [batch, tokens, config.crossAttentionDim]);
  const conditions = {
    time: net.silu(timeEmbedding(net, config, timestep)),
    hiddenStates,
    freeu,
    tokenMergingRatio,
    adapted,
    imageTokens,
  };

  const shallow = deep?.from === 'given';
  const skips = [net.conv2d('conv_in', sample, { channels: config.blockOutChannels[0]!, kernel: 3 })];
  const down = downLayers(net, config, conditions).slice(0, shallow ? deep.branch : undefined);
  for (const layer of down) skips.push(layer(skips.at(-1)!));

  const beneath = skips.at(-1)!;
  if (controlled) for (const [i, skip] of skips.entries()) skips[i] = net.add(skip, residualInput(net, i, skip));

  let x = shallow ? net.input(DEEP, 'float32', deepShape(config, deep.branch, beneath.shape)) : undefined;
  if (!x) {
    x = middle(net, config, beneath, conditions);
    if (controlled) x = net.add(x, residualInput(net, branchesOf(config), x));
  }
  for (const layer of upLayers(net, config, conditions).slice(-skips.length)) {
    const skip = skips.pop()!;
    if (deep?.from === 'made' && skips.length === deep.branch) net.output(DEEP, x);
    x = layer(x, skip, skips.at(-1));
  }
  x = net.silu(net.groupNorm('conv_norm_out', x, { groups: config.normNumGroups, epsilon: config.normEps }));
  net.output('noise', net.conv2d('conv_out', x, { channels: config.outChannels, kernel: 3 }));
}

const DEEP = 'deep_features';

/** What a ControlNet has made of skip `i`, counted from the outermost, or of the middle, the last: as outputs there, as inputs here. */
export const residualName = (i: number): string => `residual_${i}`;

/** What T2I-adapters have made for level `level`, the finest 0: as outputs there, as inputs here. */
export const adaptedName = (level: number): string => `adapted_${level}`;

const residualInput = (net: Layers, i: number, { shape }: Value): Value => net.input(residualName(i), 'float32', shape);

/** How many skips there are, and so branches of deep features: one before every layer of the way up. */
export const branchesOf = ({ blockOutChannels, layersPerBlock }: UNetConfig): number =>
  blockOutChannels.length * (layersPerBlock + 1);

/** Of the deep features of `branch`, beside its skip `[B, C, H, W]`. */
export function deepShape(
  { blockOutChannels, layersPerBlock }: UNetConfig,
  branch: number,
  [batch, , height, width]: readonly number[],
): number[] {
  // A level's last skip meets what the level beneath has made, if there is one.
  const beneath = Math.floor((branch + 1) / (layersPerBlock + 1));
  return [batch!, blockOutChannels[Math.min(beneath, blockOutChannels.length - 1)]!, height!, width!];
}

export function timeEmbedding(net: Layers, config: UNetConfig, timestep: Value): Value {
  const width = config.blockOutChannels[0]!;
  const sinusoids = net.timestepEmbedding(timestep, {
    width,
    flipSinToCos: config.flipSinToCos,
    freqShift: config.freqShift,
  });
  const h = net.silu(net.linear('time_embedding.linear_1', withGuidance(net, config, sinusoids), 4 * width));
  return net.linear('time_embedding.linear_2', h, 4 * width);
}

/** `TimestepEmbedding` of diffusers 0.42.1 with a condition: the embedding of the scale of guidance is added to the sinusoids. */
function withGuidance(net: Layers, { timeCondProjDim }: UNetConfig, sinusoids: Value): Value {
  if (timeCondProjDim === undefined) return sinusoids;
  const scale = net.input('timestep_cond', 'float32', [1, timeCondProjDim]);
  return net.add(sinusoids, net.linear('time_embedding.cond_proj', scale, sinusoids.shape[1]!, { bias: false }));
}

/** The way down, level 0, the finest, first: what each makes is a skip. */
export function downLayers(net: Layers, config: UNetConfig, conditions: Conditions): ((x: Value) => Value)[] {
  const last = config.blockOutChannels.length - 1;
  return config.blockOutChannels.flatMap((channels, level) => {
    const scope = `down_blocks.${level}`;
    const attends = config.downBlockTypes[level] === 'CrossAttnDownBlock2D';
    const layers = Array.from({ length: config.layersPerBlock }, (_, i) => (x: Value) => {
      const h = residual(net, config, `${scope}.resnets.${i}`, x, channels, conditions);
      const made = attends ? attention(net, config, `${scope}.attentions.${i}`, h, level, conditions) : h;
      if (!conditions.adapted || i < config.layersPerBlock - 1) return made;
      return net.add(made, net.input(adaptedName(level), 'float32', made.shape));
    });
    const padding = config.downsamplePadding === 0 ? 'after' : 'same';
    const smaller = (x: Value) =>
      net.conv2d(`${scope}.downsamplers.0.conv`, x, { channels, kernel: 3, stride: 2, padding });
    return level === last ? layers : [...layers, smaller];
  });
}

export function middle(net: Layers, config: UNetConfig, x: Value, conditions: Conditions): Value {
  const level = config.blockOutChannels.length - 1;
  const channels = config.blockOutChannels[level]!;
  const outputScale = config.midBlockScaleFactor;
  let h = residual(net, config, 'mid_block.resnets.0', x, channels, conditions, outputScale);
  h = attention(net, config, 'mid_block.attentions.0', h, level, conditions);
  return residual(net, config, 'mid_block.resnets.1', h, channels, conditions, outputScale);
}

/**
 * Cross-attentions, with their channels, in the order of `UNet2DConditionModel.attn_processors`: those of the way down, of the way up, of the
 * middle.
 */
export function crossAttentions(config: UNetConfig): { readonly scope: string; readonly channels: number }[] {
  const { blockOutChannels: channels, downBlockTypes, upBlockTypes, layersPerBlock } = config;
  const last = channels.length - 1;
  const of = (block: string, count: number, width: number) =>
    Array.from({ length: count }, (_, i) => ({
      scope: `${block}.attentions.${i}.transformer_blocks.0.attn2`,
      channels: width,
    }));
  return [
    ...downBlockTypes.flatMap((type, level) =>
      type === 'CrossAttnDownBlock2D' ? of(`down_blocks.${level}`, layersPerBlock, channels[level]!) : [],
    ),
    ...upBlockTypes.flatMap((type, step) =>
      type === 'CrossAttnUpBlock2D' ? of(`up_blocks.${step}`, layersPerBlock + 1, channels[last - step]!) : [],
    ),
    ...of('mid_block', 1, channels[last]!),
  ];
}

type UpLayer = (x: Value, skip: Value, next?: Value) => Value;

/** The way up, the coarsest level first: each joins what was made to a skip, and looks at the skip that comes next. */
function upLayers(net: Layers, config: UNetConfig, conditions: Conditions): UpLayer[] {
  const last = config.blockOutChannels.length - 1;
  return config.blockOutChannels.flatMap((_, step) => {
    const scope = `up_blocks.${step}`;
    const level = last - step;
    const channels = config.blockOutChannels[level]!;
    const attends = config.upBlockTypes[step] === 'CrossAttnUpBlock2D';
    return Array.from(
      { length: config.layersPerBlock + 1 },
      (_, i): UpLayer =>
        (x, skip, next) => {
          const joined = net.concatChannels(...freed(net, conditions.freeu, step, x, skip));
          let h = residual(net, config, `${scope}.resnets.${i}`, joined, channels, conditions);
          if (attends) h = attention(net, config, `${scope}.attentions.${i}`, h, level, conditions);
          if (i < config.layersPerBlock || !next) return h;
          // Latents that do not divide by the levels' factor were rounded on the way down: meet the skip that comes next.
          const [, , height, width] = pictureShape(next);
          return net.conv2d(`${scope}.upsamplers.0.conv`, net.upsampleTo(h, height, width), { channels, kernel: 3 });
        },
    );
  });
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
  { hiddenStates, imageTokens, tokenMergingRatio }: Conditions,
): Value {
  return transformer(net, scope, x, {
    imageTokens,
    heads: config.attentionHeads[level]!,
    groups: config.normNumGroups,
    hiddenStates,
    // As tomesd does by default: where there are most, and nowhere else.
    mergingRatio: level === 0 ? tokenMergingRatio : undefined,
  });
}
