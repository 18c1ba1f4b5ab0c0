/** Which network a stage is. */
import type { ModelDescription } from '../sd15';
import type { StageName, StageSize } from '../stage';
import { clip } from './clip';
import type { Layers } from './layers';
import { unet } from './unet';
import { vaeDecoder, vaeEncoder } from './vae';

/** Runs the description of a stage's network over `net`. */
export function describe(net: Layers, model: ModelDescription, stage: StageName, size: StageSize): void {
  const other = model.standIn?.networks[stage];
  if (other) {
    other(net, size);
    return;
  }
  switch (stage) {
    case 'text_encoder':
      clip(net, model.textEncoder, size);
      break;
    case 'unet':
      unet(net, model.unet, size);
      break;
    case 'vae_decoder':
      vaeDecoder(net, model.vae, size);
      break;
    case 'vae_encoder':
      vaeEncoder(net, model.vae, size);
      break;
  }
}
