/**
 * IP-Adapters of Stable Diffusion 1.x in one file, as they are published (github.com/tencent-ailab/IP-Adapter): those that see a picture as a whole
 * (`ip-adapter_sd15`, `_light`), all of it (`full-face`), or through a resampler (`plus`, `plus-face`); and what is none of them.
 */

import { floatsOf } from '../floats';
import { visionTokens } from '../graph/clipVision';
import {
  featuresOf,
  HEAD_CHANNELS,
  type IpAdapterConfig,
  imageTokensOf,
  ipAdapter,
  PLAIN_TOKENS,
  type Resampler,
} from '../graph/ipAdapter';
import { crossAttentions } from '../graph/unet';
import { openTensors } from '../openTensors';
import { OTHER_BASES } from '../otherBases';
import { badModel, someTensors, unsupportedModel } from '../refuse';
import { type RunOnce, runOnce } from '../runOnce';
import type { UNetConfig } from '../sd15';
import { refuseOtherThan } from '../singleFile/strangers';
import type { ByteSource } from '../source';
import { stem } from '../stem';
import type { TensorSource } from '../tensorSource';
import { adapterSource } from './adapterSource';
import type { ImageEncoder } from './openImageEncoder';

/** What it is, and its tensors under the names of its file. */
export interface IpAdapter {
  readonly name: string;
  readonly config: IpAdapterConfig;
  readonly source: TensorSource;
}

const WANTED = 'an IP-Adapter of Stable Diffusion 1.x';
const PROJ = 'image_proj.';
const FIRST = 'ip_adapter.1.to_k_ip.weight';

/** Whether a file shows by its names that it is one. */
export const isIpAdapter = (file: TensorSource): boolean =>
  file.names().some((name) => /^(image_proj|ip_adapter)\./.test(name));

/** `bad-model` where it is broken or holds none, `unsupported-model` where it is of a kind that is not drawn with, by name. */
export async function openIpAdapter(file: ByteSource): Promise<IpAdapter> {
  const source = await openTensors(file);
  const shape = (key: string): readonly number[] | undefined => source.info(key)?.shape;
  refuseFaces(source);
  if (!shape(FIRST)) {
    refuseOtherThan(source, WANTED, 'an IP-Adapter');
    throw badModel(source.name, `${WANTED}, with tensors such as ${FIRST}`, someTensors(source.names()));
  }
  const config = configOf(source);
  if (!config) throw badModel(`${source.name}: ${PROJ}`, 'proj, proj.0 to proj.3, or latents', 'none of them');
  return { name: stem(source.name), config, source };
}

/** Those see what another program, InsightFace, finds in a face, and bring a LoRA along. */
function refuseFaces(file: TensorSource): void {
  const names = file.names();
  const isFace =
    names.some((name) => name.startsWith(`${PROJ}perceiver_resampler.`)) ||
    names.some((name) => /^ip_adapter\.\d+\.to_[qkv](_out)?_lora\./.test(name)) ||
    (file.info(`${PROJ}norm.weight`) !== undefined && file.info(`${PROJ}proj.0.weight`) !== undefined);
  if (isFace)
    throw unsupportedModel(
      file.name,
      `${WANTED} that sees pictures`,
      'one for FaceID, which sees what InsightFace finds in them',
    );
}

function configOf(file: TensorSource): IpAdapterConfig | undefined {
  const size = (key: string, axis: number): number | undefined => file.info(PROJ + key)?.shape[axis];
  const plain = size('proj.weight', 1);
  if (plain !== undefined) return { kind: 'plain', featureDim: plain };
  const full = size('proj.0.weight', 1);
  if (full !== undefined && size('proj.3.weight', 0) !== undefined) return { kind: 'full', featureDim: full };
  const featureDim = size('proj_in.weight', 1);
  if (featureDim === undefined || size('latents', 1) === undefined) return undefined;
  return { kind: 'plus', featureDim, ...resamplerOf(file) };
}

function resamplerOf(file: TensorSource): Resampler {
  const { shape } = file.info(`${PROJ}latents`)!;
  if (shape.length !== 3) throw badModel(`${file.name}: ${PROJ}latents`, 'a tensor of 3 sizes', `[${shape}]`);
  const queriesOf = (i: number): number | undefined =>
    (file.info(`${PROJ}layers.${i}.0.to_q.weight`) ?? file.info(`${PROJ}layers.${i}.attn.to_q.weight`))?.shape[0];
  let layers = 0;
  while (queriesOf(layers) !== undefined) layers++;
  const inner = queriesOf(0) ?? 0;
  if (inner === 0 || inner % HEAD_CHANNELS !== 0)
    throw badModel(`${file.name}: ${PROJ}layers.0: to_q`, `a multiple of ${HEAD_CHANNELS} channels`, `${inner}`);
  return { queries: shape[1]!, width: shape[2]!, heads: inner / HEAD_CHANNELS, layers };
}

/**
 * What makes keys and values for `unet` of what `encoder` sees. `unsupported-model` where the adapter is another base's, as those of Stable
 * Diffusion XL are, or another encoder's; `bad-model` where it lacks a tensor or has it in another shape.
 */
export function ipAdapting(adapter: IpAdapter, encoder: ImageEncoder, unet: UNetConfig): RunOnce {
  checkBase(adapter, unet);
  const { config, source } = adapter;
  const sees = featuresOf(config);
  const seen = sees === 'image_embeds' ? encoder.config.projectionDim : encoder.config.hiddenSize;
  if (seen !== config.featureDim) {
    const argument = `${source.name}: ${sees} of the image encoder ${encoder.name}`;
    throw unsupportedModel(argument, `${config.featureDim} wide`, `${seen}`);
  }
  return networkOf(adapter, unet, visionTokens(encoder.config));
}

/** Throws as `ipAdapting` does, whatever encoder it is used with. */
export function checkAdapter(adapter: IpAdapter, unet: UNetConfig): void {
  checkBase(adapter, unet);
  networkOf(adapter, unet, 1);
}

/** `unsupported-model` where it shows, without a model beside it, that it is of another base than Stable Diffusion 1.x. */
export function refuseOtherAdapter({ source }: IpAdapter): void {
  const base = OTHER_BASES[source.info(FIRST)!.shape[1]!];
  if (base) throw unsupportedModel(source.name, WANTED, `one for ${base}`);
}

function checkBase({ config, source }: IpAdapter, unet: UNetConfig): void {
  const width = source.info(FIRST)!.shape[1]!;
  if (width !== unet.crossAttentionDim) {
    const base = OTHER_BASES[width] ? ` (${OTHER_BASES[width]})` : '';
    const argument = `${source.name}: cross_attention_dim of the IP-Adapter`;
    throw unsupportedModel(argument, `${unet.crossAttentionDim}, as the model's`, `${width}${base}`);
  }
  checkAttentions(source, unet);
  if (config.kind !== 'plain') return;
  const [rows] = source.info(`${PROJ}proj.weight`)!.shape;
  if (rows !== PLAIN_TOKENS * width)
    throw unsupportedModel(`${source.name}: ${PROJ}proj.weight`, `${PLAIN_TOKENS} tokens of ${width}`, `${rows} rows`);
}

function networkOf({ name, config, source }: IpAdapter, unet: UNetConfig, patches: number): RunOnce {
  const describe = (net: Parameters<RunOnce['describe']>[0]): void =>
    ipAdapter(net, unet, config, patches, { batch: 1 });
  return runOnce(name, describe, adapterSource(source, config.kind, unet));
}

/** Which attention a tensor is of says its number alone. */
function checkAttentions(source: TensorSource, unet: UNetConfig): void {
  const expected = crossAttentions(unet).map(({ channels }) => channels);
  const found = source
    .names()
    .flatMap((name) => /^ip_adapter\.(\d+)\.to_k_ip\.weight$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
    .map((number) => source.info(`ip_adapter.${number}.to_k_ip.weight`)!.shape[0]);
  if (`${found}` === `${expected}`) return;
  throw unsupportedModel(
    `${source.name}: channels of cross-attentions of the IP-Adapter`,
    `${expected}, as the model's`,
    `${found}`,
  );
}

/** What a resampler begins with, `[1, queries, width]`; nothing of the other kinds. */
export async function latentsOf({ config, source }: IpAdapter) {
  if (config.kind !== 'plus') return undefined;
  const data = await floatsOf(source, `${PROJ}latents`);
  return { shape: [1, config.queries, config.width], data };
}

/** How many tokens it makes of a picture that `encoder` sees. */
export const tokensPerPicture = ({ config }: IpAdapter, encoder: ImageEncoder): number =>
  imageTokensOf(config, visionTokens(encoder.config));
