/** A converted model out of the store: its graphs are built from the manifest, its weights checked as they are read. */
import { checkManifest, type Manifest } from '../models/manifest';
import { stageGraph } from '../models/pack';
import type { Model } from './model';
import type { StoredModel } from './store/modelStore';

/** Throws `bad-model` or `unsupported-model` where the stored manifest is not one of ours. */
export function storedModel(stored: StoredModel<Manifest>): Model {
  const { description, tokenizer, stages } = checkManifest(stored.manifest);
  return {
    name: stored.summary.name,
    description,
    tokenizer,
    bytes: (stage) => stages[stage].bytes,
    async file(stage, size, signal) {
      const { tensors } = stages[stage];
      const graph = stageGraph(description, stage, size, tensors);
      return { name: stage, graph, weights: await stored.weights(stage, { tensors, signal }) };
    },
  };
}
