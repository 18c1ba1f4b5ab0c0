/** A tiny VAE (TAESD) in the place of the model's own; part of an `ImageRequest`. Types only. */
import type { TinyVaeUse } from '../../models/tinyVae/openTinyVae';
import type { PickedFile } from './importing';

export type { TinyVaeUse };

export interface TinyVaeRequest {
  /** Decodes, or encodes the picture to begin from, or both: much faster, and a little less exact. By default the model's VAE does. */
  readonly tinyVae?: TinyVaeChoice;
  /** Steps come with a preview, as a tiny VAE decodes it. By default there is none; a host has none. */
  readonly previews?: PreviewChoice;
}

export interface PreviewChoice {
  readonly file: TinyVaeChoice['file'];
  /** After every so many steps, integer in [1, 1000]. */
  readonly every: number;
}

export interface TinyVaeChoice {
  /** `AutoencoderTiny` of diffusers, or `taesd_decoder` or `taesd_encoder` as .safetensors; or that of the demo model. */
  readonly file: PickedFile | 'demo';
  /** `decoding` by default. */
  readonly use?: TinyVaeUse;
}
