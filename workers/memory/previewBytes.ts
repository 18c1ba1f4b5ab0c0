/** What previews take beside the UNet. */
import { VAE_FACTOR } from '../../models/graph/vae';
import type { Manifest } from '../../models/manifest';
import { type GraphOptions, segmentNeeds } from '../../models/pack';
import { previewSize } from '../previews';
import { int8Heap } from './int8Bytes';
import type { PictureSize } from './needs';

/** Bytes of the decoder of `manifest`, a tiny VAE's, for previews of a picture; on our own kernels with so many `threads`. */
export function previewBytes(
  { description, stages }: Manifest,
  { width, height }: PictureSize,
  on: { readonly threads: number } | GraphOptions,
): number {
  const { by: _, ...size } = previewSize({ height: height / VAE_FACTOR, width: width / VAE_FACTOR });
  const [stage, { tensors }] = ['vae_decoder', stages.vae_decoder] as const;
  if ('threads' in on) return int8Heap({ description, stage, size, tensors }, on.threads);
  const [need] = segmentNeeds(description, stage, size, tensors, 1, on);
  return need!.weights + need!.values.lean;
}
