/** A tiny VAE for the pictures of this visit: the demo model's with that model, else a file. Files are not kept. */
import { signal } from '@preact/signals';
import type { ImageRequest, PickedFile } from '../workers/api';
import { isDemo, modelInUse, settings } from './state';

export const tinyVaeFile = signal<PickedFile | undefined>(undefined);

/** What a picture is decoded with in the place of the model's VAE: nothing, also where a file is still to be chosen. */
export function tinyVaeAsked(): Pick<ImageRequest, 'tinyVae'> {
  if (!settings.value.tinyDecoder) return {};
  const model = modelInUse();
  const file = tinyVaeFile.value ?? (model && isDemo(model) ? 'demo' : undefined);
  return file === undefined ? {} : { tinyVae: { file } };
}
