/** A model whose weights are packed somewhere: its graphs are written from the manifest, for the size that is asked for. */
import type { Manifest } from '../models/manifest';
import { type GraphOptions, shallowTensors, stageGraph, stageSegments } from '../models/pack';
import { asRead, weightsAsRead } from '../models/quantize/folded';
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
  const opening = async (...asked: Parameters<OpenWeights>): Promise<StageWeights> =>
    weightsAsRead(await weights(...asked), stages[asked[0]].tensors);
  const tensorsOf = async (stage: StageName) => (await asRead(manifest)).stages[stage].tensors;
  return {
    name,
    description,
    tokenizer,
    bytes: (stage) => stages[stage].bytes,
    async file(stage, size, signal) {
      const tensors = await tensorsOf(stage);
      const network = { description, stage, size, tensors };
      // A few of a hundred tensors: the others should not be read for them.
      const shallow = size.deep?.from === 'given';
      const opened = await opening(stage, signal, shallow);
      if (shallow) await opened.prepare?.(shallowTensors(description, size, tensors));
      return {
        ...{ name: stage, network, weights: opened },
        get graph() {
          return stageGraph(description, stage, size, tensors, lowering);
        },
      };
    },
    async segments(stage, size, count, signal) {
      const segments = stageSegments(description, stage, size, await tensorsOf(stage), count, lowering);
      return { name: stage, segments, weights: await opening(stage, signal, true) };
    },
  };
}
