/** A tiny VAE for the pictures of this visit: the demo model's with that model, else a file. Files are not kept. */
import { signal } from '@preact/signals';
import type { ImageRequest, PickedFile } from '../workers/api';
import { isDemo, modelInUse, settings } from './state';

export const tinyVaeFile = signal<PickedFile | undefined>(undefined);

/** Pictures that are shown on the way to one. */
const PREVIEWS = 4;

/** What it is asked to do: nothing, also where a file is still to be chosen. */
export function tinyVaeAsked(): Pick<ImageRequest, 'tinyVae' | 'previews'> {
  const { tinyDecoder, previews, steps } = settings.value;
  const model = modelInUse();
  const file = tinyVaeFile.value ?? (model && isDemo(model) ? 'demo' : undefined);
  if (file === undefined) return {};
  const every = Math.max(1, Math.round(steps / (PREVIEWS + 1)));
  return { ...(tinyDecoder ? { tinyVae: { file } } : {}), ...(previews ? { previews: { file, every } } : {}) };
}
