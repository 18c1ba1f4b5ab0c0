/** A model whose weights are packed somewhere: its graphs are written from the manifest, for the size that is asked for. */
import type { Manifest } from '../models/manifest';
import { type GraphOptions, shallowTensors, stageGraph, stageSegments } from '../models/pack';
import type { StageName, StageWeights } from '../models/stage';
import type { Model } from './model';

/** Opens the packed weights of a stage; where they will be read in parts, they should not lie in memory as a whole. */
export type OpenWeights = (stage: StageName, signal: AbortSignal, inParts: boolean) => Promise<StageWeights>;

export function packedModel(
  name: string,
  manifest: Manifest,
  weights: OpenWeights,
  lowering: GraphOptions = {},
): Model {
  const { description, tokenizer, stages } = manifest;
  return {
    name,
    description,
    tokenizer,
    bytes: (stage) => stages[stage].bytes,
    async file(stage, size, signal) {
      const { tensors } = stages[stage];
      const network = { description, stage, size, tensors };
      // A few of a hundred tensors: the others should not be read for them.
      const shallow = size.deep?.from === 'given';
      const opened = await weights(stage, signal, shallow);
      if (shallow) await opened.prepare?.(shallowTensors(description, size, tensors));
      return {
        ...{ name: stage, network, weights: opened },
        get graph() {
          return stageGraph(description, stage, size, tensors, lowering);
        },
      };
    },
    async segments(stage, size, count, signal) {
      const segments = stageSegments(description, stage, size, stages[stage].tensors, count, lowering);
      return { name: stage, segments, weights: await weights(stage, signal, true) };
    },
  };
}
