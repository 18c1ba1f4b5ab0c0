/** A tiny VAE (TAESD) in the place of the model's own; part of an `ImageRequest`. Types only. */
import type { TinyVaeUse } from '../../models/tinyVae/openTinyVae';
import type { PickedFile } from './importing';

export type { TinyVaeUse };

export interface TinyVaeRequest {
  /** Decodes, or encodes the picture to begin from, or both: much faster, and a little less exact. By default the model's VAE does. */
  readonly tinyVae?: TinyVaeChoice;
}

export interface TinyVaeChoice {
  /** `AutoencoderTiny` of diffusers, or `taesd_decoder` or `taesd_encoder` as .safetensors; or that of the demo model. */
  readonly file: PickedFile | 'demo';
  /** `decoding` by default. */
  readonly use?: TinyVaeUse;
}
