/** A converted model out of the store: its graphs are built from the manifest, its weights checked as they are read. */
import { checkManifest, type Manifest } from '../models/manifest';
import { stageGraph } from '../models/pack';
import { weightsInMemory } from '../models/stageWeights';
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
      const weights = weightsInMemory(await stored.weights(stage, undefined, signal));
      return { name: stage, graph: stageGraph(description, stage, size, stages[stage].tensors), weights };
    },
  };
}
