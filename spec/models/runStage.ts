/** Runs one stage of a checkpoint in ONNX Runtime Web, for specs that compare networks with a reference. */
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import type { Checkpoint } from '../../models/checkpoint';
import { packedBytes, packStage, planStage, stageGraph, WEIGHTS_FILE } from '../../models/pack';
import type { PackedTensor, StageFile, StageName, StageSize } from '../../models/stage';
import { weightsInMemory } from '../../models/stageWeights';
import type { TensorSource } from '../../models/tensorSource';

env.wasm.numThreads = 1;
env.logLevel = 'error';

/** Packs a stage and writes its graph, all in memory. */
export async function stageFile(checkpoint: Checkpoint, stage: StageName, size: StageSize): Promise<StageFile> {
  const source = checkpoint.weights(stage);
  const tensors = planStage(checkpoint.description, stage, source);
  const graph = stageGraph(checkpoint.description, stage, size, tensors);
  return { name: stage, graph, weights: weightsInMemory(await packedWeights(tensors, source)) };
}

export async function packedWeights(tensors: readonly PackedTensor[], source: TensorSource): Promise<Uint8Array> {
  const weights = new Uint8Array(packedBytes(tensors));
  let at = 0;
  for await (const bytes of packStage(tensors, source)) {
    weights.set(bytes, at);
    at += bytes.length;
  }
  return weights;
}

type Inputs = Readonly<Record<string, { data: Float32Array | Int32Array; shape: readonly number[] }>>;

/** The stage's only output. */
export async function runStage(
  file: StageFile,
  inputs: Inputs,
  optimization: 'all' | 'basic' | 'disabled' = 'all',
): Promise<Float32Array> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: ['wasm'],
    graphOptimizationLevel: optimization,
    externalData: [{ path: WEIGHTS_FILE, data: file.weights.read(0, file.weights.bytes) }],
  };
  const session = await InferenceSession.create(file.graph, options);
  try {
    const feeds = Object.entries(inputs).map(([name, { data, shape }]) => [
      name,
      data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('float32', data, shape),
    ]);
    const outputs = await session.run(Object.fromEntries(feeds));
    return outputs[session.outputNames[0]!]!.data as Float32Array;
  } finally {
    await session.release();
  }
}
