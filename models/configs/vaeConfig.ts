/** `vae/config.json`: `AutoencoderKL` (diffusers 0.42.1, autoencoder_kl.py; its defaults). */
import type { VaeConfig } from '../sd15';
import type { ConfigFile } from './configFile';

/** Pixels of a latent pixel's side: three downsamplings between four levels. */
const LEVELS = 4;

export function parseVae(config: ConfigFile): VaeConfig {
  config.demand('_class_name', 'AutoencoderKL');
  for (const key of ['shift_factor', 'latents_mean', 'latents_std']) config.demand(key, null, 'absent');
  for (const key of ['use_quant_conv', 'use_post_quant_conv', 'mid_block_add_attention']) config.demand(key, true);
  config.choice('act_fn', 'silu', ['silu', 'swish']);
  const blockOutChannels = config.counts('block_out_channels', [64]);
  if (blockOutChannels.length !== LEVELS) {
    throw config.unsupported('block_out_channels', `${LEVELS} levels, a picture 8 times the size of its latents`);
  }
  config.choices('down_block_types', ['DownEncoderBlock2D'], ['DownEncoderBlock2D'], LEVELS);
  config.choices('up_block_types', ['UpDecoderBlock2D'], ['UpDecoderBlock2D'], LEVELS);
  const normNumGroups = config.count('norm_num_groups', 32);
  if (blockOutChannels.some((channels) => channels % normNumGroups !== 0)) {
    throw config.wrong('block_out_channels', `multiples of norm_num_groups ${normNumGroups}`, blockOutChannels);
  }
  for (const key of ['in_channels', 'out_channels']) {
    if (config.count(key, 3) !== 3) throw config.unsupported(key, '3, red, green and blue');
  }
  const scalingFactor = config.number('scaling_factor', 0.18215);
  if (scalingFactor === 0) throw config.wrong('scaling_factor', 'a number other than 0', scalingFactor);
  return {
    inChannels: 3,
    outChannels: 3,
    latentChannels: config.count('latent_channels', 4),
    blockOutChannels,
    layersPerBlock: config.count('layers_per_block', 1),
    normNumGroups,
    scalingFactor,
  };
}
