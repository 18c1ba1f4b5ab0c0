/** The demo model's graphs for QNN, its ranges measured while it draws, and what the emulator is to be asked. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, openDiffusersFolder } from '../../models/checkpoint';
import { diskFolder } from '../../models/folder.node';
import { timeProjection, tokenEmbeddings } from '../../models/graph/qnn/hostInputs';
import type { LinearForm } from '../../models/graph/qnn/linear';
import { type QnnStage, qnnSegments } from '../../models/graph/qnn/qnnStage';
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

/** One graph for the emulator. */
export interface Job {
  readonly name: string;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  readonly samples: number;
}

/** Writes everything to `folder`; pictures are `side` pixels wide and high, the UNet is in `parts`. */
export async function quantizedDemo(folder: string, side: number, parts: number, linear: LinearForm): Promise<Job[]> {
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
    const count = stage === 'unet' ? parts : 1;
    const networks = qnnSegments(checkpoint.description, stage, size, count, linear);
    const from = roundedToNearest(checkpoint.weights(stage), () => 8);
    let known = inputs;
    for (const [i, network] of networks.entries()) {
      const name = count === 1 ? stage : `${stage}.${i + 1}`;
      const { job, results } = await quantized(folder, name, network, from, known);
      jobs.push(job);
      known = known.map((tensors, call) => ({ ...tensors, ...results[call] }));
    }
  }
  return jobs;
}

interface Measured {
  readonly ranges: ReadonlyMap<string, Range>;
  /** What the network gives for each call, its own outputs alone. */
  readonly results: readonly Tensors[];
}

async function measured(network: QnnStage, from: IntegerWeights, calls: readonly Tensors[]): Promise<Measured> {
  const { graph, weights: stream } = network.write({ taps: [...network.taps.keys()] });
  const weights = await weightsInTemporaryFile(stream(from));
  const backend = nodeWasmBackend({ graphOptimizationLevel: 'disabled' });
  const opened = await backend.open({ name: 'unet', graph, weights }, new AbortController().signal);
  const ranges = new Map<string, Range>();
  const results: Tensors[] = [];
  const taps = new Set(network.taps.keys());
  try {
    for (const call of calls) {
      const outputs = await opened.run(pick(call, network.inputs));
      for (const [tap, port] of network.taps) widen(ranges, tap, (outputs[port] ?? call[port])!.data as Float32Array);
      results.push(Object.fromEntries(Object.entries(outputs).filter(([name]) => !taps.has(name))));
    }
  } finally {
    await opened.close();
    weights.close();
  }
  return { ranges, results };
}

async function quantized(
  folder: string,
  name: string,
  network: QnnStage,
  from: IntegerWeights,
  calls: readonly Tensors[],
): Promise<{ readonly job: Job; readonly results: readonly Tensors[] }> {
  const { ranges, results } = await measured(network, from, calls);
  const activations = { bits: 16, encodings: encodingsFor(ranges, 16) } as const;
  const written = network.write({ weightBits: () => 8, activations, weightsFile: `${name}.weights` });
  await writeFile(join(folder, `${name}.onnx`), written.graph);
  await writeStream(join(folder, `${name}.weights`), written.weights(from));
  const samples = Math.min(COMPARED, calls.length);
  for (let sample = 0; sample < samples; sample++) {
    const at = Math.floor((sample * (calls.length - 1)) / Math.max(1, samples - 1));
    for (const [tensor, { data }] of Object.entries({ ...pick(calls[at]!, network.inputs), ...results[at]! })) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      await writeFile(join(folder, `${name}.${sample}.${tensor}.f32`), bytes);
    }
  }
  const inputs = shapes(pick(calls[0]!, network.inputs));
  return { job: { name, inputs, outputs: shapes(results[0]!), samples }, results };
}

const pick = (tensors: Tensors, names: readonly string[]): Tensors =>
  Object.fromEntries(names.map((name) => [name, tensors[name]!]));

const shapes = (tensors: Tensors) =>
  Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));

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
