/** LoRAs in the browser: fetched when a picture asks for some, or somebody looks at their shelf. */
import { inBlobs } from '../models/lora/aside';
import type { Manifest } from '../models/manifest';
import type { ImageRequest } from './api';
import { type KeptLoras, keptLoras } from './loraShelf';
import { openedLoras } from './loras';
import type { Model } from './model';
import { changedModel } from './model.changed';
import { idbRecords } from './store/idbRecords';

let shelf: KeptLoras | undefined;

/** Those that the page keeps on the device. */
export const loraShelf = (): KeptLoras => {
  shelf ??= keptLoras(idbRecords());
  return shelf;
};

/** `model` with those that `asked` names. Rejects as `openedLoras` and `changedModel` do. */
export async function withAsked(model: Model, manifest: Manifest, asked: ImageRequest): Promise<Model> {
  return (await changedModel(model, manifest, await openedLoras(asked, loraShelf()), inBlobs)).model;
}
