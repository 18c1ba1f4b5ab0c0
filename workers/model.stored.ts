/** A converted model out of the store, its weights checked as they are read. */
import type { Manifest } from '../models/manifest';
import type { GraphOptions } from '../models/pack';
import type { Model } from './model';
import { type OpenWeights, packedModel } from './model.packed';
import type { StoredModel } from './store/modelStore';

/** `manifest` is the stored one, checked. */
export function storedModel(stored: StoredModel<Manifest>, manifest: Manifest, lowering: GraphOptions): Model {
  const weights: OpenWeights = (stage, signal, inParts) =>
    stored.weights(stage, { tensors: manifest.stages[stage].tensors, signal, inParts });
  return packedModel(stored.summary.name, manifest, weights, lowering);
}
