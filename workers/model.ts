/** A model as the pipeline sees it: what it is, its tokenizer, and its networks on demand. */
import { VAE_FACTOR } from '../models/graph/vae';
import type { TokenizerFiles } from '../models/manifest';
import type { ModelDescription } from '../models/sd15';
import type { SegmentedFile, StageFile, StageName, StageSize } from '../models/stage';

export interface Model {
  readonly name: string;
  readonly description: ModelDescription;
  readonly tokenizer: TokenizerFiles;
  /** Bytes of weights behind `stage`, known before anything is read. */
  bytes(stage: StageName): number;
  /** The network, ready to be opened, its graph written for `size`. */
  file(stage: StageName, size: StageSize, signal: AbortSignal): Promise<StageFile>;
  /** The same in at most `count` segments. */
  segments(stage: StageName, size: StageSize, count: number, signal: AbortSignal): Promise<SegmentedFile>;
}

/** The size the model was trained for, pixels along one side. */
export const nativeSize = ({ unet }: ModelDescription): number => unet.sampleSize * VAE_FACTOR;
