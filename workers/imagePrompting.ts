/** IP-Adapters as they are opened for a model, before anything of them is read but sizes. */
import type { ClipVisionOutput } from '../models/graph/clipVision';
import { featuresOf } from '../models/graph/ipAdapter';
import { type ImageEncoder, imageEncoding } from '../models/ipAdapter/openImageEncoder';
import { type IpAdapter, ipAdapting, tokensPerPicture } from '../models/ipAdapter/openIpAdapter';
import type { RunOnce } from '../models/runOnce';
import type { UNetConfig } from '../models/sd15';
import type { ImageTokens } from '../models/stage';
import type { CountedIpAdapter } from './api';
import type { Backend } from './backend/backend';

export interface ImagePrompting {
  readonly adapters: readonly PreparedAdapter[];
  /** What computes them: ONNX Runtime on the CPU, whatever draws, since our own kernels have no programs for them. */
  readonly backend: Backend;
}

/** An adapter, and what sees for it. */
export interface SeeingAdapter {
  readonly adapter: IpAdapter;
  readonly encoder: ImageEncoder;
}

/** The same with the network that makes keys and values of what is seen. */
export interface PreparedAdapter extends SeeingAdapter {
  readonly network: RunOnce;
  readonly sees: ClipVisionOutput;
}

/** Throws as `ipAdapting` does. */
export const preparedAdapters = (adapters: readonly SeeingAdapter[], unet: UNetConfig): PreparedAdapter[] =>
  adapters.map(({ adapter, encoder }) => ({
    ...{ adapter, encoder },
    network: ipAdapting(adapter, encoder, unet),
    sees: featuresOf(adapter.config),
  }));

/** The same with what computes them. */
export const imagePrompting = (
  adapters: readonly SeeingAdapter[],
  unet: UNetConfig,
  backend: Backend,
): ImagePrompting => ({ adapters: preparedAdapters(adapters, unet), backend });

/** Tokens that the UNet is shown of each that counts; where masks say where, of each of its pictures. */
export const imageTokens = (
  { adapters }: Pick<ImagePrompting, 'adapters'>,
  chosen: readonly Pick<CountedIpAdapter, 'scale' | 'images' | 'masks'>[],
): ImageTokens[] =>
  adapters.flatMap(({ adapter, encoder }, i): ImageTokens[] => {
    const { images, masks, scale = 1 } = chosen[i]!;
    const tokens = tokensPerPicture(adapter, encoder);
    if (scale === 0) return [];
    return masks ? Array.from({ length: images.length }, () => ({ masked: tokens })) : [images.length * tokens];
  });

/** How pictures are looked at, each way once: by which encoder, for what of it. */
export const looks = (adapters: readonly PreparedAdapter[]): Pick<PreparedAdapter, 'encoder' | 'sees'>[] =>
  adapters.filter(
    ({ encoder, sees }, i) => adapters.findIndex((one) => one.encoder === encoder && one.sees === sees) === i,
  );

/** The networks that are run for them, one after another. */
export const promptingNetworks = ({ adapters }: Pick<ImagePrompting, 'adapters'>): RunOnce[] => [
  ...looks(adapters).map(({ encoder, sees }) => imageEncoding(encoder, sees)),
  ...adapters.map(({ network }) => network),
];
