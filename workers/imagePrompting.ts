/** IP-Adapters as they are opened for a model, before anything of them is read but sizes. */
import type { ClipVisionOutput } from '../models/graph/clipVision';
import { featuresOf } from '../models/graph/ipAdapter';
import { type ImageEncoder, imageEncoding } from '../models/ipAdapter/openImageEncoder';
import { type IpAdapter, ipAdapting, tokensPerPicture } from '../models/ipAdapter/openIpAdapter';
import type { RunOnce } from '../models/runOnce';
import type { UNetConfig } from '../models/sd15';
import type { ChosenIpAdapter } from './api';
import type { Backend } from './backend/backend';

export interface ImagePrompting {
  readonly encoder: ImageEncoder;
  readonly adapters: readonly PreparedAdapter[];
  /** What computes them: ONNX Runtime, whatever draws, since our own kernels have no programs for them. */
  readonly backend: Backend;
}

/** An adapter, and the network that makes keys and values of what is seen. */
export interface PreparedAdapter {
  readonly adapter: IpAdapter;
  readonly network: RunOnce;
  readonly sees: ClipVisionOutput;
}

/** Rejects as `ipAdapting` does. */
export const imagePrompting = (
  { encoder, adapters }: { readonly encoder: ImageEncoder; readonly adapters: readonly IpAdapter[] },
  unet: UNetConfig,
  backend: Backend,
): ImagePrompting => ({
  encoder,
  adapters: adapters.map((adapter) => ({
    adapter,
    network: ipAdapting(adapter, encoder, unet),
    sees: featuresOf(adapter.config),
  })),
  backend,
});

/** Tokens that the UNet is shown of each that counts. */
export const imageTokens = (
  { encoder, adapters }: Pick<ImagePrompting, 'encoder' | 'adapters'>,
  chosen: readonly ChosenIpAdapter[],
): number[] =>
  adapters.flatMap(({ adapter }, i) => {
    const { images, scale = 1 } = chosen[i]!;
    return scale === 0 ? [] : [images.length * tokensPerPicture(adapter, encoder)];
  });

/** The networks that are run for them, one after another. */
export const promptingNetworks = ({ encoder, adapters }: Pick<ImagePrompting, 'encoder' | 'adapters'>): RunOnce[] => [
  ...[...new Set(adapters.map(({ sees }) => sees))].map((sees) => imageEncoding(encoder, sees)),
  ...adapters.map(({ network }) => network),
];
