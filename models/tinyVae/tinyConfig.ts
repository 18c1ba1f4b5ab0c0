/** What a tiny VAE is: read off the names and shapes of its tensors, and where there is a `config.json`, held against that. */
import type { ConfigFile } from '../configs/configFile';
import type { TinyHalf } from '../graph/tinyVae';
import { badModel, unsupportedModel } from '../refuse';
import type { TensorSource } from '../tensorSource';

/** Levels of a picture 8 times the size of its latents. */
const LEVELS = 4;
const LATENT_CHANNELS = 4;
const PICTURE_CHANNELS = 3;

export type HalfName = 'decoder' | 'encoder';

/** `half` of `source`, which has it under published names (`decoder.layers.0.weight` …). */
export function tinyHalf(source: TensorSource, half: HalfName): TinyHalf {
  const names = new Set(source.names().filter((name) => name.startsWith(`${half}.`)));
  const isBlock = (i: number): boolean => names.has(`${half}.layers.${i}.conv.0.weight`);
  const isConvolution = (i: number): boolean => names.has(`${half}.layers.${i}.weight`);
  const numbers = [...names].map((name) => Number(/^\w+\.layers\.(\d+)\./.exec(name)?.[1] ?? -1));
  const last = Math.max(...numbers);
  const blocks: number[] = [];
  for (let i = 1; i <= last; i++) {
    if (isBlock(i)) blocks.push((blocks.pop() ?? 0) + 1);
    else if (isConvolution(i)) blocks.push(0);
  }
  // After the last level's blocks stands what makes a picture, or latents, of them.
  if (blocks.pop() !== 0 || blocks.length !== LEVELS)
    throw unsupportedModel(`${source.name}: levels of the tiny VAE`, `${LEVELS}`, `${Math.max(0, blocks.length)}`);
  const [channels, inChannels] = shapeOf(source, `${half}.layers.0.weight`);
  const [outChannels] = shapeOf(source, `${half}.layers.${last}.weight`);
  const [latents, picture] = half === 'decoder' ? [inChannels, outChannels] : [outChannels, inChannels];
  checkLatents(source.name, latents);
  if (picture !== PICTURE_CHANNELS)
    throw unsupportedModel(`${source.name}: channels of the picture`, `${PICTURE_CHANNELS}`, `${picture}`);
  return { channels, blocks };
}

function checkLatents(argument: string, latentChannels: number): void {
  if (latentChannels === LATENT_CHANNELS) return;
  const got = `${latentChannels}${latentChannels === 16 ? ' (those of Stable Diffusion 3 and Flux)' : ''}`;
  throw unsupportedModel(`${argument}: latent channels of the tiny VAE`, `${LATENT_CHANNELS}`, got);
}

function shapeOf(source: TensorSource, name: string): [number, number] {
  const shape = source.info(name)?.shape;
  if (shape?.length === 4) return [shape[0]!, shape[1]!];
  throw badModel(`${source.name}: ${name}`, 'a tensor of 4 sizes', shape ? `[${shape}]` : 'none');
}

/** Throws where `config` is of another autoencoder. Returns what shapes do not say: the scaling factor. */
export function tinyScaling(config: ConfigFile): number {
  config.demand('_class_name', 'AutoencoderTiny');
  config.choice('act_fn', 'relu', ['relu']);
  config.choice('upsample_fn', 'nearest', ['nearest']);
  if (config.count('upsampling_scaling_factor', 2) !== 2) throw config.unsupported('upsampling_scaling_factor', '2');
  checkLatents(config.file, config.count('latent_channels', LATENT_CHANNELS));
  if (config.number('shift_factor', 0) !== 0) throw config.unsupported('shift_factor', '0');
  const scaling = config.number('scaling_factor', 1);
  if (scaling === 0) throw config.wrong('scaling_factor', 'a number other than 0', scaling);
  return scaling;
}
