/**
 * ControlNets of Stable Diffusion 1.x, and T2I-adapters: diffusers' folder, its file, or a file under the original names; and what is none. What a
 * ControlNet shares with its UNet, its sizes and its heads, it has from the model that it is used with.
 */
import { withSpellings } from '../aliases';
import { ConfigFile } from '../configs/configFile';
import type { AdapterConfig } from '../graph/adapter';
import { type ControlNetConfig, controlNet } from '../graph/controlNet';
import { openTensors } from '../openTensors';
import { OTHER_BASES } from '../otherBases';
import { planStage } from '../pack';
import { badModel, someTensors, unsupportedModel } from '../refuse';
import type { ModelDescription } from '../sd15';
import { refuseOtherThan } from '../singleFile/strangers';
import type { ByteSource, Folder } from '../source';
import { stem } from '../stem';
import type { TensorSource } from '../tensorSource';
import { ldmControlNames } from './controlNames';
import { type Adapter, findAdapter, holdAgainst, saidAdapter, withAdapter } from './openAdapter';

/** What it is, and its tensors under published names. */
export interface ControlNet {
  readonly kind: 'controlnet';
  readonly name: string;
  readonly config: ControlNetConfig;
  readonly source: TensorSource;
  /** Whether of what it makes only the mean of each channel counts: diffusers' `global_pool_conditions`. */
  readonly pooled?: boolean;
  /** Whether it is to see -1, which no picture has, where a mask is. */
  readonly masked?: boolean;
}

/** What steers a drawing by another picture. */
export type Steerer = ControlNet | Adapter;

const WANTED = 'a ControlNet or a T2I-adapter of Stable Diffusion 1.x';
/** Of diffusers' folder, the first that is there. */
export const FOLDER_FILES: readonly string[] = [
  'diffusion_pytorch_model.safetensors',
  'diffusion_pytorch_model.fp16.safetensors',
];
const FIRST = 'controlnet_cond_embedding.conv_in.weight';

/** What steers pictures, too, but in another way, by names found in it alone. */
const OTHERS: readonly (readonly [names: RegExp, kind: string])[] = [
  [/^lllite_/, 'a ControlNet-LLLite'],
  [/^lora_controlnet$/, 'a Control-LoRA'],
  [/^(task_embedding|control_add_embedding\.)/, 'a ControlNet union, which several kinds of pictures share'],
  [/^difference$/, 'a difference between ControlNet and model, which is to be added to the model first'],
  [/^(image_proj|ip_adapter)\./, 'an IP-Adapter (--ip-adapter FILE)'],
  [/^(style_embedding$|transformer_layes\.)/, 'a T2I-adapter for styles, which changes what the prompt says'],
];

/** What only names tell, of files as in stable-diffusion-webui: control_v11e_sd15_shuffle is pooled, which a folder's config says. */
const POOLED = /shuffle/i;
/** control_v11p_sd15_inpaint; not those that follow depths within a mask. */
const MASKED = /_inpaint(?!_depth)/i;

/**
 * Opens a file, or diffusers' folder of one. `bad-model` where it is broken or holds neither, `unsupported-model` where it is
 * another model's or steers in another way, by name.
 */
export async function openSteerer(input: ByteSource | Folder): Promise<Steerer> {
  if (!('paths' in input)) {
    const steerer = await opened(input);
    return steerer.kind === 'controlnet' && POOLED.test(steerer.name) ? { ...steerer, pooled: true } : steerer;
  }
  const said = checkConfig(await ConfigFile.open(input, 'config.json'));
  for (const path of FOLDER_FILES) {
    const source = await input.file(path);
    if (!source) continue;
    const steerer = await opened(source, input.place);
    const isAdapter = steerer.kind === 'adapter';
    const words = (adapter: boolean): string => (adapter ? 'a T2I-adapter' : 'a ControlNet');
    if (isAdapter !== (said.adapter !== undefined))
      throw badModel(`${input.place}: ${path}`, `${words(!isAdapter)}, as config.json says`, words(isAdapter));
    if (isAdapter) {
      holdAgainst(said.adapter!, steerer);
      return steerer;
    }
    return { ...steerer, ...(said.pooled ? { pooled: true } : {}) };
  }
  throw badModel(`${input.place}: ${FOLDER_FILES[0]}`, 'this file', 'none');
}

/** What tensors do not tell, whether it is pooled; and of an adapter what they should. */
function checkConfig(config: ConfigFile): { readonly pooled?: boolean; readonly adapter?: AdapterConfig } {
  if (config.value('_class_name') === 'T2IAdapter') return { adapter: saidAdapter(config) };
  config.demand('_class_name', 'ControlNetModel');
  config.demand('controlnet_conditioning_channel_order', 'rgb');
  config.demand('class_embed_type', null);
  config.demand('addition_embed_type', null);
  return { pooled: config.value('global_pool_conditions') === true };
}

async function opened(file: ByteSource, called = file.name): Promise<Steerer> {
  const tensors = await openTensors(file);
  const source = findControlNet(tensors);
  if (!source) {
    const adapter = findAdapter(tensors, stem(called));
    if (adapter) return adapter;
    const kind = OTHERS.find(([pattern]) => tensors.names().some((name) => pattern.test(name)))?.[1];
    if (kind) throw unsupportedModel(tensors.name, WANTED, kind);
    refuseOtherThan(tensors, WANTED, 'a ControlNet', 'a T2I-adapter');
    throw badModel(tensors.name, `${WANTED}, with tensors such as ${FIRST}`, someTensors(tensors.names()));
  }
  for (const [pattern, kind] of OTHERS)
    if (tensors.names().some((name) => pattern.test(name))) throw unsupportedModel(tensors.name, WANTED, kind);
  const name = stem(called);
  const config = { embeddingChannels: embeddingChannels(source) };
  return { kind: 'controlnet', name, config, source, ...(MASKED.test(name) ? { masked: true } : {}) };
}

function findControlNet(file: TensorSource): TensorSource | undefined {
  for (const prefix of ['', 'controlnet.']) {
    if (file.info(prefix + FIRST)) return withSpellings(file, (key) => [prefix + key]);
  }
  for (const prefix of ['control_model.', '']) {
    if (!file.info(`${prefix}input_hint_block.0.weight`)) continue;
    const count = (has: (i: number) => unknown): number => {
      let i = 0;
      while (has(i)) i++;
      return i;
    };
    const layers = count((i) => file.info(`${prefix}input_blocks.${i + 1}.0.in_layers.0.weight`));
    const blocks = count((i) => file.info(`${prefix}input_hint_block.${2 * (i + 1)}.weight`)) - 1;
    return withSpellings(file, (key) => ldmControlNames(key, layers, blocks).map((name) => prefix + name));
  }
  return undefined;
}

/** Of the layers that see the picture, one for each stride and one before. */
function embeddingChannels(source: TensorSource): number[] {
  const rows = (name: string): number | undefined => source.info(`controlnet_cond_embedding.${name}.weight`)?.shape[0];
  const widths = [rows('conv_in')!];
  for (let width = rows('blocks.1'); width !== undefined; width = rows(`blocks.${2 * widths.length - 1}`))
    widths.push(width);
  if (widths.length === 4) return widths;
  throw badModel(
    `${source.name}: controlnet_cond_embedding`,
    '3 strides, to an eighth of a side',
    `${widths.length - 1}`,
  );
}

/**
 * `description` with the ControlNet in the place of the UNet; `unsupported-model` where it is of another base, `bad-model` where it lacks a
 * tensor or has it in another shape.
 */
export function withControlNet(description: ModelDescription, { source, config }: ControlNet): ModelDescription {
  const { unet } = description;
  const argument = `${source.name}: cross_attention_dim of the ControlNet`;
  const width = crossAttention(source);
  if (width !== undefined && width !== unet.crossAttentionDim) {
    const base = OTHER_BASES[width] ? ` (${OTHER_BASES[width]})` : '';
    throw unsupportedModel(argument, `${unet.crossAttentionDim}, as the model's`, `${width}${base}`);
  }
  const networks = { unet: (net, size) => controlNet(net, unet, config, size) } satisfies NonNullable<
    ModelDescription['standIn']
  >['networks'];
  const changed = { ...description, standIn: { scalingFactor: description.vae.scalingFactor, networks } };
  planStage(changed, 'unet', source);
  return changed;
}

/** `unsupported-model` where it shows, without a model beside it, that it is of another base than Stable Diffusion 1.x. */
export function refuseOtherBase({ kind, source }: Steerer): void {
  const base = kind === 'controlnet' ? OTHER_BASES[crossAttention(source) ?? 0] : undefined;
  if (base) throw unsupportedModel(source.name, WANTED, `one for ${base}`);
}

/** Of either. */
export const withSteerer = (description: ModelDescription, steerer: Steerer): ModelDescription =>
  steerer.kind === 'adapter' ? withAdapter(description, steerer) : withControlNet(description, steerer);

function crossAttention(source: TensorSource): number | undefined {
  for (const block of ['down_blocks.0', 'mid_block', 'down_blocks.1']) {
    const shape = source.info(`${block}.attentions.0.transformer_blocks.0.attn2.to_k.weight`)?.shape;
    if (shape) return shape[1];
  }
  return undefined;
}
