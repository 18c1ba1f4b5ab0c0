/** T2I-adapters of Stable Diffusion 1.x: diffusers' `T2IAdapter` of full size, or a file under the original names. */
import { withSpellings } from '../aliases';
import type { ConfigFile } from '../configs/configFile';
import { ADAPTER_PIXELS, type AdapterConfig, adapter } from '../graph/adapter';
import { planStage } from '../pack';
import { badModel, unsupportedModel } from '../refuse';
import type { ModelDescription } from '../sd15';
import type { TensorSource } from '../tensorSource';
import { originalAdapterName } from './adapterNames';

/** What it is, and its tensors under published names. */
export interface Adapter {
  readonly kind: 'adapter';
  readonly name: string;
  readonly config: AdapterConfig;
  readonly source: TensorSource;
}

/** Blocks on each level, of all that were published. */
const BLOCKS = 2;

/** What tensors do not tell. Throws `unsupported-model`. */
export function checkAdapterConfig(config: ConfigFile): void {
  config.demand('_class_name', 'T2IAdapter');
  config.demand('adapter_type', 'full_adapter');
  config.demand('downscale_factor', ADAPTER_PIXELS);
  config.demand('num_res_blocks', BLOCKS);
}

/** The adapter in `file`, where one is. `unsupported-model` for a light one. */
export function findAdapter(file: TensorSource, name: string): Adapter | undefined {
  const source = published(file);
  if (!source) return undefined;
  const channels = source.info('adapter.conv_in.weight')!.shape[1]!;
  const inChannels = channels / ADAPTER_PIXELS ** 2;
  // Those see twice as many pixels a side.
  if (inChannels === 4 || inChannels === 12)
    throw unsupportedModel(file.name, 'a T2I-adapter of Stable Diffusion 1.x', 'one for Stable Diffusion XL');
  if (inChannels !== 1 && inChannels !== 3)
    throw badModel(`${file.name}: conv_in.weight`, `${ADAPTER_PIXELS ** 2} or 3 times as many channels`, `${channels}`);
  return { kind: 'adapter', name, config: { inChannels, blocks: BLOCKS }, source };
}

function published(file: TensorSource): TensorSource | undefined {
  const has = (key: string): boolean => file.info(key) !== undefined;
  if (has('adapter.body.0.in_conv.weight') || has('body.0.out_conv.weight') || has('adapter.body.0.out_conv.weight'))
    throw unsupportedModel(file.name, 'a T2I-adapter of full size', 'a light one');
  if (has('adapter.conv_in.weight') && has('adapter.body.0.resnets.0.block1.weight')) return file;
  for (const prefix of ['', 'adapter.']) {
    if (has(`${prefix}conv_in.weight`) && has(`${prefix}body.0.block1.weight`))
      return withSpellings(file, (key) => [prefix + originalAdapterName(key, BLOCKS)]);
  }
  return undefined;
}

/**
 * `description` with the adapter in the place of the UNet; `unsupported-model` where it is for other channels, as those of Stable Diffusion XL
 * are, `bad-model` where it lacks a tensor or has it in another shape.
 */
export function withAdapter(description: ModelDescription, { source, config }: Adapter): ModelDescription {
  const { unet, vae } = description;
  const levels = unet.blockOutChannels.map(
    (_, level) => source.info(`adapter.body.${level}.resnets.0.block1.weight`)?.shape[0],
  );
  if (`${levels}` !== `${unet.blockOutChannels}`)
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
