/** A model as the pipeline sees it: what it is, its tokenizer, and its networks on demand. */
import type { TokenizerFiles } from '../models/manifest';
import type { ModelDescription } from '../models/sd15';
import type { StageFile, StageName, StageSize } from '../models/stage';

export interface Model {
  readonly name: string;
  readonly description: ModelDescription;
  readonly tokenizer: TokenizerFiles;
  /** Bytes of weights behind `stage`, known before anything is read. */
  bytes(stage: StageName): number;
  /** The network, ready to be opened, its graph written for `size`. */
  file(stage: StageName, size: StageSize, signal: AbortSignal): Promise<StageFile>;
}

/** The size the model was trained for, pixels: the UNet's sample size times the VAE's factor. */
export function nativeSize(description: ModelDescription): number {
  return description.unet.sampleSize * vaeFactor(description);
}

/** Pixels per latent along one side: the VAE halves once per level but the first. */
export const vaeFactor = (description: ModelDescription): number => 2 ** (description.vae.blockOutChannels.length - 1);
