/** A checkpoint used as it lies there: each stage is packed when it is opened. What the command draws with. */
import type { Checkpoint } from '../models/checkpoint';
import { packedBytes, packStage, planStage, stageGraph } from '../models/pack';
import type { StageName, StageWeights } from '../models/stage';
import { weightsInMemory } from '../models/stageWeights';
import type { Model } from './model';

/** Puts a stage's packed weights, `bytes` of them in all, where they can be read by slices. */
export type Keep = (packed: AsyncIterable<Uint8Array>, bytes: number) => Promise<StageWeights>;

export function checkpointModel(checkpoint: Checkpoint, keep: Keep = inMemory): Model {
  const { name, description, tokenizer } = checkpoint;
  const plan = (stage: StageName) => planStage(description, stage, checkpoint.weights(stage));
  return {
    name,
    description,
    tokenizer,
    bytes: (stage) => packedBytes(plan(stage)),
    async file(stage, size, signal) {
      const tensors = plan(stage);
      const packed = until(signal, packStage(tensors, checkpoint.weights(stage)));
      const weights = await keep(packed, packedBytes(tensors));
      return { name: stage, graph: stageGraph(description, stage, size, tensors), weights };
    },
  };
}

async function inMemory(packed: AsyncIterable<Uint8Array>, bytes: number): Promise<StageWeights> {
  const weights = new Uint8Array(bytes);
  let at = 0;
  for await (const piece of packed) {
    weights.set(piece, at);
    at += piece.length;
  }
  return weightsInMemory(weights);
}

async function* until(signal: AbortSignal, stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const bytes of stream) {
    signal.throwIfAborted();
    yield bytes;
  }
}
