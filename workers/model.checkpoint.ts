/** A checkpoint used as it lies there: each stage is packed when it is opened. What the command draws with. */
import type { Checkpoint } from '../models/checkpoint';
import { packedBytes, packStage, planStage, stageGraph } from '../models/pack';
import type { PackedTensor, StageName } from '../models/stage';
import type { Model } from './model';

export function checkpointModel(checkpoint: Checkpoint): Model {
  const { name, description, tokenizer } = checkpoint;
  const plan = (stage: StageName) => planStage(description, stage, checkpoint.weights(stage));
  return {
    name,
    description,
    tokenizer,
    bytes: (stage) => packedBytes(plan(stage)),
    async file(stage, size, signal) {
      const tensors = plan(stage);
      const weights = await packed(checkpoint, stage, tensors, signal);
      return { name: stage, graph: stageGraph(description, stage, size, tensors), weights };
    },
  };
}

async function packed(
  checkpoint: Checkpoint,
  stage: StageName,
  tensors: readonly PackedTensor[],
  signal: AbortSignal,
): Promise<Uint8Array> {
  const weights = new Uint8Array(packedBytes(tensors));
  let at = 0;
  for await (const bytes of packStage(tensors, checkpoint.weights(stage))) {
    signal.throwIfAborted();
    weights.set(bytes, at);
    at += bytes.length;
  }
  return weights;
}
