/** LoRAs in the browser: fetched when a picture asks for some, or somebody looks at their shelf. */
import { inBlobs } from '../models/lora/aside';
import type { Manifest } from '../models/manifest';
import type { ImageEvent, ImageRequest } from './api';
import { type KeptLoras, keptLoras } from './loraShelf';
import { openedLoras } from './loras';
import type { Model } from './model';
import { type ChangedModel, changedModel } from './model.changed';
import { opensAgain } from './opensAgain';
import type { Records } from './store/records';

let shelf: KeptLoras | undefined;

/** Those that the page keeps on the device, among `records`. */
export const loraShelf = (records: Records): KeptLoras => {
  shelf ??= keptLoras(records);
  return shelf;
};

/** What a picture is drawn with. */
export interface Asked {
  readonly model: Model;
  /** How its weights lie. */
  readonly manifest: Manifest;
  readonly request: ImageRequest;
}

/** `model` with those of `records` that `request` names, which `tell` hears of. Rejects as `openedLoras` and `changedModel` do. */
export async function withAsked(
  { model, manifest, request }: Asked,
  records: Records,
  tell: (event: ImageEvent) => void,
): Promise<Pick<ChangedModel, 'model' | 'close'>> {
  const kept = loraShelf(records);
  const choices = await openedLoras(request, kept);
  // Now: until the picture is saved they may be called otherwise, or be gone.
  const hashes = await kept.hashes(choices.map(({ name }) => name));
  const changed = await changedModel(model, manifest, choices, inBlobs, opensAgain(request) ? 'again' : 'once');
  if (choices.length > 0) tell({ type: 'loras', hashes, ignored: changed.ignored });
  return changed;
}
