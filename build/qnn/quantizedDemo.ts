/** The demo model's graphs for QNN, its ranges measured while it draws, and what the emulator is to be asked. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { timeProjection, tokenEmbeddings } from '../../models/graph/qnn/hostInputs';
import type { LinearForm } from '../../models/graph/qnn/linear';
import { type QnnStage, qnnStage } from '../../models/graph/qnn/qnnStage';
import { encodingsFor, type Range } from '../../models/quantize/encodings';
import { type IntegerWeights, roundedToNearest } from '../../models/quantize/integerWeights';
import type { StageName } from '../../models/stage';
import { weightsInTemporaryFile } from '../../models/stageWeights.node';
import { writeStream } from '../../models/writeStream.node';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import { checkpointModel } from '../../workers/model.checkpoint';
import type { Tensor, Tensors } from '../../workers/tensor';
import { recordedInputs } from './recordedInputs';

const MODEL = 'models/demo/model';
const PROMPTS = ['a red apple on a blue background', 'a castle in the snow at night', 'two penguins on the beach'];
/** Calls of the UNet that are compared: of the first prompt and the last, early and late. */
const COMPARED = 3;

export interface Job {
  readonly stage: StageName;
  readonly graph: string;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  readonly samples: number;
}

/** Writes everything to `folder`; pictures are `side` pixels wide and high. */
export async function quantizedDemo(folder: string, side: number, linear: LinearForm): Promise<void> {
  await mkdir(folder, { recursive: true });
  const checkpoint = await openDiffusersFolder(await diskFolder(MODEL));
  const model = checkpointModel(checkpoint);
  const { calls, images } = await recordedInputs(model, nodeWasmBackend(), PROMPTS, side);
  const asked: Record<StageName, Tensors[]> = {
    text_encoder: await withEmbeddings(checkpoint, calls.text_encoder),
    unet: calls.unet.map(({ timestep, ...others }) => ({ ...others, time_proj: timeProj(checkpoint, timestep!) })),
    vae_decoder: calls.vae_decoder,
    vae_encoder: images,
  };
  const jobs: Job[] = [];
  for (const [stage, inputs] of Object.entries(asked) as [StageName, Tensors[]][]) {
    const size = { batch: 1, height: side / 8, width: side / 8 };
    const network = qnnStage(checkpoint.description, stage, size, linear);
    const from = roundedToNearest(checkpoint.weights(stage), () => 8);
    jobs.push(await quantized(folder, stage, network, from, inputs));
  }
  await writeFile(join(folder, 'jobs.json'), JSON.stringify(jobs));
}

async function quantized(
  folder: string,
  stage: StageName,
  network: QnnStage,
  from: IntegerWeights,
  inputs: readonly Tensors[],
): Promise<Job> {
  const float = network.write({ taps: [...network.taps.keys()] });
  const weights = await weightsInTemporaryFile(float.weights(from));
  const backend = nodeWasmBackend({ graphOptimizationLevel: 'disabled' });
  const opened = await backend.open({ name: stage, graph: float.graph, weights }, new AbortController().signal);
  const ranges = new Map<string, Range>();
  const results: Tensors[] = [];
  try {
    for (const call of inputs) {
      const outputs = await opened.run(call);
      for (const [tap, port] of network.taps) widen(ranges, tap, (outputs[port] ?? call[port])!.data as Float32Array);
      results.push(outputs);
    }
  } finally {
    await opened.close();
    weights.close();
  }
  const weightsFile = `${stage}.weights`;
  const activations = { bits: 16, encodings: encodingsFor(ranges, 16) } as const;
  const written = network.write({ weightBits: () => 8, activations, weightsFile });
  await writeFile(join(folder, `${stage}.onnx`), written.graph);
  await writeStream(join(folder, weightsFile), written.weights(from));
  const output = { text_encoder: 'hidden_states', unet: 'noise', vae_decoder: 'image', vae_encoder: 'moments' }[stage];
  const samples = Math.min(COMPARED, inputs.length);
  for (let sample = 0; sample < samples; sample++) {
    const at = Math.floor((sample * (inputs.length - 1)) / Math.max(1, samples - 1));
    const all = { ...inputs[at]!, [output]: results[at]![output]! };
    for (const [name, { data }] of Object.entries(all)) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      await writeFile(join(folder, `${stage}.${sample}.${name}.f32`), bytes);
    }
  }
  const shapes = (tensors: Tensors) =>
    Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
  return {
    stage,
    graph: `${stage}.onnx`,
    inputs: shapes(inputs[0]!),
    outputs: shapes({ [output]: results[0]![output]! }),
    samples,
  };
}

function widen(ranges: Map<string, Range>, tap: string, values: Float32Array): void {
  let { min, max } = ranges.get(tap) ?? { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
  for (const value of values) [min, max] = [Math.min(min, value), Math.max(max, value)];
  ranges.set(tap, { min, max });
}

const timeProj = ({ description: { unet } }: Checkpoint, { data }: Tensor): Tensor => {
  return { type: 'float32', shape: [1, unet.blockOutChannels[0]!], data: timeProjection(unet, data[0]!) };
};

async function withEmbeddings(checkpoint: Checkpoint, calls: readonly Tensors[]): Promise<Tensors[]> {
  const width = checkpoint.description.textEncoder.hiddenSize;
  const from = roundedToNearest(checkpoint.weights('text_encoder'), () => 8);
  const table = await from.floats('text_model.embeddings.token_embedding.weight');
  return calls.map(({ input_ids }) => {
    const data = tokenEmbeddings(table, width, input_ids!.data as Int32Array);
    return { token_embeddings: { type: 'float32', shape: [...input_ids!.shape, width], data } };
  });
}
