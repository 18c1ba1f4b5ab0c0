/** How many blocks a network is made of, as its description has them: where it is cut to be looked at piece by piece. */
import type { ModelDescription } from '../sd15';
import type { StageName } from '../stage';

/** Layers of the text encoder; levels down and up, and what is between them, of the others. */
export function blocksOf({ textEncoder, unet, vae }: ModelDescription, stage: StageName): number {
  if (stage === 'text_encoder') return textEncoder.numHiddenLayers;
  if (stage === 'unet') return 2 * unet.blockOutChannels.length + 1;
  return vae.blockOutChannels.length + 1;
}
