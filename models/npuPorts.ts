/** What goes into each network in the form for NPUs and what comes out: `stage.ts` with the changes that `graph/qnn/qnnLayers.ts` tells. */
import { VAE_FACTOR } from './graph/vae';
import type { NpuPort } from './npuManifest';
import type { ModelDescription } from './sd15';
import type { StageName } from './stage';

export interface NetworkPorts {
  readonly inputs: readonly NpuPort[];
  readonly outputs: readonly NpuPort[];
}

/** Of one call for pictures of `width` × `height` pixels, at batch 1. */
export function networkPorts(
  { textEncoder, unet, vae }: ModelDescription,
  stage: StageName,
  { width, height }: { readonly width: number; readonly height: number },
): NetworkPorts {
  const of = (name: string, ...shape: number[]): NpuPort => ({ name, dtype: 'float32', shape: [1, ...shape] });
  const small = [height / VAE_FACTOR, width / VAE_FACTOR] as const;
  const { maxPositionEmbeddings: tokens, hiddenSize } = textEncoder;
  switch (stage) {
    case 'text_encoder':
      return {
        inputs: [of('token_embeddings', tokens, hiddenSize)],
        outputs: [of('hidden_states', tokens, hiddenSize)],
      };
    case 'unet':
      return {
        inputs: [
          of('sample', unet.inChannels, ...small),
          of('time_proj', unet.blockOutChannels[0]!),
          of('encoder_hidden_states', tokens, unet.crossAttentionDim),
        ],
        outputs: [of('noise', unet.outChannels, ...small)],
      };
    case 'vae_decoder':
      return {
        inputs: [of('latents', vae.latentChannels, ...small)],
        outputs: [of('image', vae.outChannels, height, width)],
      };
    case 'vae_encoder':
      return {
        inputs: [of('image', vae.inChannels, height, width)],
        outputs: [of('moments', 2 * vae.latentChannels, ...small)],
      };
  }
}
