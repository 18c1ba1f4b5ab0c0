/** What the page keeps to draw by pictures, a ControlNet, a T2I-adapter, an IP-Adapter, or what sees for one: opened, whichever it is. */
import { ConfigFile } from '../models/configs/configFile';
import type { VisionHow } from '../models/configs/visionConfig';
import { openSteerer, refuseOtherBase, type Steerer, withSteerer } from '../models/control/openSteerer';
import { featuresOf } from '../models/graph/ipAdapter';
import { type ImageEncoder, isImageEncoder, openImageEncoder } from '../models/ipAdapter/openImageEncoder';
import {
  checkAdapter,
  type IpAdapter,
  isIpAdapter,
  openIpAdapter,
  refuseOtherAdapter,
} from '../models/ipAdapter/openIpAdapter';
import { openTensors } from '../models/openTensors';
import type { ModelDescription } from '../models/sd15';
import type { ByteSource, Folder } from '../models/source';
import type { ControlSummary } from './api';
import { howItSteers } from './controlModel';

export type ControlFile =
  | Steerer
  | ({ readonly kind: 'ip-adapter' } & IpAdapter)
  | ({ readonly kind: 'image-encoder' } & ImageEncoder);

/** What is known of one beside its file. */
export interface KnownControl extends Pick<ControlSummary, 'kind' | 'pooled' | 'masked' | 'sees' | 'makes'> {
  /** Of an image encoder, what its folder's config has told. */
  readonly how?: VisionHow;
}

/** By its tensors' names, or its folder's config. Rejects as whoever opens that kind does; what is none of them as `openSteerer` does. */
export async function openControlFile(input: ByteSource | Folder, how?: VisionHow): Promise<ControlFile> {
  if ('paths' in input) {
    const config = await ConfigFile.open(input, 'config.json');
    const sees = /^clip/.test(`${config.value('model_type')}`);
    return sees ? { kind: 'image-encoder', ...(await openImageEncoder(input)) } : openSteerer(input);
  }
  const tensors = await openTensors(input);
  if (isIpAdapter(tensors)) return { kind: 'ip-adapter', ...(await openIpAdapter(input)) };
  if (isImageEncoder(tensors)) return { kind: 'image-encoder', ...(await openImageEncoder(input, how)) };
  return openSteerer(input);
}

export function knownOf(file: ControlFile): KnownControl {
  const { kind } = file;
  if (kind === 'ip-adapter')
    return { kind, sees: { features: featuresOf(file.config), width: file.config.featureDim } };
  if (kind !== 'image-encoder') return howItSteers(file);
  const { projectionDim, hiddenSize, numAttentionHeads, hiddenAct, layerNormEps } = file.config;
  return {
    ...{ kind, makes: { image_embeds: projectionDim, hidden_states: hiddenSize } },
    how: { numAttentionHeads, hiddenAct, layerNormEps },
  };
}

/** `unsupported-model` where it shows, without a model beside it, that it is of another base than Stable Diffusion 1.x. */
export function refuseOtherFile(file: ControlFile): void {
  if (file.kind === 'ip-adapter') refuseOtherAdapter(file);
  else if (file.kind !== 'image-encoder') refuseOtherBase(file);
}

/** Throws as it would where it is drawn with beside a model of this description. */
export function checkFile(file: ControlFile, description: ModelDescription): void {
  if (file.kind === 'ip-adapter') checkAdapter(file, description.unet);
  else if (file.kind !== 'image-encoder') withSteerer(description, file);
}
