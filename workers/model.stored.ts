/** A converted model out of the store, its weights checked as they are read. */
import { checkManifest, type Manifest } from '../models/manifest';
import type { Model } from './model';
import { packedModel } from './model.packed';
import type { StoredModel } from './store/modelStore';

/** Throws `bad-model` or `unsupported-model` where the stored manifest is not one of ours. */
export function storedModel(stored: StoredModel<Manifest>): Model {
  const manifest = checkManifest(stored.manifest);
  return packedModel(stored.summary.name, manifest, (stage, signal) =>
    stored.weights(stage, { tensors: manifest.stages[stage].tensors, signal }),
  );
}
