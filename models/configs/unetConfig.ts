/** `unet/config.json`: `UNet2DConditionModel` (diffusers 0.42.1, unet_2d_condition.py; its defaults). */
import type { UNetConfig } from '../sd15';
import type { ConfigFile } from './configFile';

const DOWN = ['CrossAttnDownBlock2D', 'DownBlock2D'] as const;
const UP = ['CrossAttnUpBlock2D', 'UpBlock2D'] as const;

/** Keys that select something the graphs do not have, with the one value under which they do. */
const ONLY: readonly (readonly [key: string, value: unknown])[] = [
  ['center_input_sample', false],
  ['mid_block_type', 'UNetMidBlock2DCrossAttn'],
  ['only_cross_attention', false],
  ['mid_block_only_cross_attention', false],
  ['dual_cross_attention', false],
  ['use_linear_projection', false],
  ['encoder_hid_dim', null],
  ['encoder_hid_dim_type', null],
  ['num_attention_heads', null],
  ['class_embed_type', null],
  ['num_class_embeds', null],
  ['addition_embed_type', null],
  ['addition_time_embed_dim', null],
  ['resnet_time_scale_shift', 'default'],
  ['resnet_skip_time_act', false],
  ['resnet_out_scale_factor', 1],
  ['time_embedding_type', 'positional'],
  ['time_embedding_dim', null],
  ['time_embedding_act_fn', null],
  ['timestep_post_act', null],
  ['conv_in_kernel', 3],
  ['conv_out_kernel', 3],
  ['projection_class_embeddings_input_dim', null],
  ['attention_type', 'default'],
  ['class_embeddings_concat', false],
  ['cross_attention_norm', null],
];

export function parseUNet(config: ConfigFile): UNetConfig {
  refuseOtherArchitectures(config);
  const blockOutChannels = config.counts('block_out_channels', [320, 640, 1280, 1280]);
  const levels = blockOutChannels.length;
  const normNumGroups = config.count('norm_num_groups', 32);
  const attentionHeads = config.countPerLevel('attention_head_dim', 8, levels);
  for (const [level, channels] of blockOutChannels.entries()) {
    if (channels % normNumGroups !== 0) {
      throw config.wrong('block_out_channels', `multiples of norm_num_groups ${normNumGroups}`, blockOutChannels);
    }
    if (channels % attentionHeads[level]! !== 0) {
      throw config.wrong(
        'attention_head_dim',
        `heads that divide block_out_channels ${blockOutChannels}`,
        attentionHeads,
      );
    }
  }
  const inChannels = config.count('in_channels', 4);
  const outChannels = config.count('out_channels', 4);
  // An inpainting UNet also sees a mask and the latents of the masked picture.
  if (inChannels !== outChannels && inChannels !== 2 * outChannels + 1) {
    throw config.unsupported('in_channels', `out_channels, ${outChannels}, or ${2 * outChannels + 1} for inpainting`);
  }
  const sampleSize = config.count('sample_size', 64);
  return {
    sampleSize,
    inChannels,
    outChannels,
    blockOutChannels,
    downBlockTypes: config.choices('down_block_types', [DOWN[0], DOWN[0], DOWN[0], DOWN[1]], DOWN, levels),
    upBlockTypes: config.choices('up_block_types', [UP[1], UP[0], UP[0], UP[0]], UP, levels),
    layersPerBlock: config.sameCount('layers_per_block', 2, levels),
    attentionHeads,
    crossAttentionDim: config.sameCount('cross_attention_dim', 1280, levels),
    normNumGroups,
    normEps: config.number('norm_eps', 1e-5),
    flipSinToCos: config.boolean('flip_sin_to_cos', true),
    freqShift: config.number('freq_shift', 0),
    downsamplePadding: padding(config),
    midBlockScaleFactor: config.number('mid_block_scale_factor', 1),
    ...(config.value('time_cond_proj_dim') === undefined
      ? {}
      : { timeCondProjDim: config.count('time_cond_proj_dim', 256) }),
  };
}

function refuseOtherArchitectures(config: ConfigFile): void {
  config.demand('_class_name', 'UNet2DConditionModel');
  for (const [key, value] of ONLY) config.demand(key, value, value === null ? 'absent' : JSON.stringify(value));
  config.choice('act_fn', 'silu', ['silu', 'swish']);
  if (config.value('reverse_transformer_layers_per_block') !== undefined) {
    throw config.unsupported('reverse_transformer_layers_per_block', 'absent');
  }
  const transformerLayers = [config.value('transformer_layers_per_block') ?? 1].flat(2);
  if (transformerLayers.some((layers) => layers !== 1)) throw config.unsupported('transformer_layers_per_block', '1');
}

/** 1 pads all around; 0 pads right and below by one (downsampling.py). */
function padding(config: ConfigFile): number {
  const value = config.number('downsample_padding', 1);
  if (value !== 0 && value !== 1) throw config.unsupported('downsample_padding', '0 or 1');
  return value;
}
