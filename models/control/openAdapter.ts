/** T2I-adapters of Stable Diffusion 1.x: diffusers' `T2IAdapter`, full or light, or a file under the original names. */
import { withSpellings } from '../aliases';
import type { ConfigFile } from '../configs/configFile';
import { ADAPTER_PIXELS, type AdapterConfig, adapter } from '../graph/adapter';
import { planStage } from '../pack';
import { badModel, unsupportedModel } from '../refuse';
import type { ModelDescription } from '../sd15';
import type { TensorSource } from '../tensorSource';
import { originalAdapterName, originalLightName } from './adapterNames';

/** What it is, and its tensors under published names. */
export interface Adapter {
  readonly kind: 'adapter';
  readonly name: string;
  readonly config: AdapterConfig;
  readonly source: TensorSource;
}

/** Blocks on each level of full ones, of all that were published. */
const BLOCKS = 2;
/** Levels of a UNet of Stable Diffusion 1.x. */
const LEVELS = 4;

/** `unsupported-model` where it is none that is drawn with. */
export function saidAdapter(config: ConfigFile): AdapterConfig {
  config.demand('_class_name', 'T2IAdapter');
  config.demand('downscale_factor', ADAPTER_PIXELS);
  const inChannels = config.count('in_channels', 3);
  if (config.choice('adapter_type', 'full_adapter', ['full_adapter', 'light_adapter']) === 'light_adapter')
    return { type: 'light', inChannels, blocks: config.count('num_res_blocks', BLOCKS) };
  config.demand('num_res_blocks', BLOCKS);
  return { type: 'full', inChannels, blocks: BLOCKS };
}

/** `bad-model` where the file of a folder is of another kind, or deeper or shallower, than `said` beside it. */
export function holdAgainst(said: AdapterConfig, { config, source }: Adapter): void {
  const words = ({ type, blocks, inChannels }: AdapterConfig): string =>
    `a ${type} one of ${inChannels} channels with ${blocks} blocks on each level`;
  if (words(config) === words(said)) return;
  throw badModel(`${source.name}: T2I-adapter`, `${words(said)}, as config.json says`, words(config));
}

/** The adapter in `file`, where one is; `unsupported-model` for one of another base, `bad-model` for one of other pictures. */
export function findAdapter(file: TensorSource, name: string): Adapter | undefined {
  const found = published(file);
  if (!found) return undefined;
  const { type, source } = found;
  const first = type === 'full' ? 'conv_in.weight' : 'body.0.in_conv.weight';
  const channels = source.info(`adapter.${first}`)!.shape[1]!;
  const inChannels = channels / ADAPTER_PIXELS ** 2;
  // Those see twice as many pixels a side.
  if (inChannels === 4 || inChannels === 12)
    throw unsupportedModel(file.name, 'a T2I-adapter of Stable Diffusion 1.x', 'one for Stable Diffusion XL');
  if (inChannels !== 1 && inChannels !== 3)
    throw badModel(`${file.name}: ${first}`, `${ADAPTER_PIXELS ** 2} or 3 times as many channels`, `${channels}`);
  const blocks = type === 'full' ? BLOCKS : mostBlocks(source);
  return { kind: 'adapter', name, config: { type, inChannels, blocks }, source };
}

function published(
  file: TensorSource,
): { readonly type: AdapterConfig['type']; readonly source: TensorSource } | undefined {
  const has = (...names: readonly string[]): boolean => names.every((name) => file.info(name) !== undefined);
  const block = 'adapter.body.0.resnets.0.block1.weight';
  if (has('adapter.conv_in.weight', block)) return { type: 'full', source: file };
  if (has('adapter.body.0.in_conv.weight', block)) return { type: 'light', source: file };
  for (const prefix of ['', 'adapter.']) {
    const renamed = (named: (key: string) => string) => withSpellings(file, (key) => [prefix + named(key)]);
    if (has(`${prefix}conv_in.weight`, `${prefix}body.0.block1.weight`))
      return { type: 'full', source: renamed((key) => originalAdapterName(key, BLOCKS)) };
    if (has(`${prefix}body.0.in_conv.weight`, `${prefix}body.0.body.0.block1.weight`))
      return { type: 'light', source: renamed(originalLightName) };
  }
  return undefined;
}

/** On the level that has the most: where another has fewer, one is missing. */
function mostBlocks(source: TensorSource): number {
  const counts = Array.from({ length: LEVELS }, (_, level) => {
    let blocks = 0;
    while (source.info(`adapter.body.${level}.resnets.${blocks}.block1.weight`)) blocks++;
    return blocks;
  });
  return Math.max(...counts);
}

/**
 * `description` with the adapter in the place of the UNet; `unsupported-model` where it is for other channels, as those of Stable Diffusion XL
 * are, `bad-model` where it lacks a tensor or has it in another shape.
 */
export function withAdapter(description: ModelDescription, { source, config }: Adapter): ModelDescription {
  const { unet, vae } = description;
  const last = config.type === 'full' ? 'resnets.0.block1' : 'out_conv';
  const levels = unet.blockOutChannels.map((_, level) => source.info(`adapter.body.${level}.${last}.weight`)?.shape[0]);
  // One that it lacks is named below.
  if (levels.some((rows, level) => rows !== undefined && rows !== unet.blockOutChannels[level]))
    throw unsupportedModel(
      `${source.name}: channels of the T2I-adapter`,
      `${unet.blockOutChannels}, as the model's`,
      `${levels}`,
    );
  const networks = { unet: (net, size) => adapter(net, unet, config, size) } satisfies NonNullable<
    ModelDescription['standIn']
  >['networks'];
  const changed = { ...description, standIn: { scalingFactor: vae.scalingFactor, networks } };
  planStage(changed, 'unet', source);
  return changed;
}
