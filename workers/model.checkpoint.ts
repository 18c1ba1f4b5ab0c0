/** A checkpoint used as it lies there: each stage is packed when it is opened. */
import type { Checkpoint } from '../models/checkpoint';
import type { Manifest } from '../models/manifest';
import { type GraphOptions, packStage } from '../models/pack';
import { planModel } from '../models/planModel';
import type { StageWeights } from '../models/stage';
import { weightsInMemory } from '../models/stageWeights';
import type { Model } from './model';
import { type OpenWeights, packedModel } from './model.packed';

/** Puts a stage's packed weights, `bytes` of them in all, where they can be read by slices. */
export type Keep = (packed: AsyncIterable<Uint8Array>, bytes: number) => Promise<StageWeights>;

export function checkpointModel(
  checkpoint: Checkpoint,
  manifest: Manifest = planModel(checkpoint),
  keep: Keep = inMemory,
  lowering: GraphOptions = {},
): Model {
  const weights: OpenWeights = (stage, signal) => {
    const { tensors, bytes } = manifest.stages[stage];
    return keep(until(signal, packStage(tensors, checkpoint.weights(stage))), bytes);
  };
  return packedModel(checkpoint.name, manifest, weights, lowering);
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
