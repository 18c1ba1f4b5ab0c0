/**
 * One network for the emulator: whole or in parts that are run one after another, quantized over the ranges that its
 * calls show, with what goes in and what comes out in float32 beside it. Of all that lies within, only ranges leave the
 * measuring, and one part is measured at a time.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { QnnStage } from '../../models/graph/qnn/qnnStage';
import { rangeOf } from '../../models/graph/qnn/ranges';
import { ActivationSums } from '../../models/quantize/calibrate/activations';
import { encodingsFor, type Range } from '../../models/quantize/encodings';
import { type IntegerWeights, roundedToNearest } from '../../models/quantize/integerWeights';
import { weightsInTemporaryFile } from '../../models/stageWeights.node';
import type { TensorSource } from '../../models/tensorSource';
import { writeStream } from '../../models/writeStream.node';
import { nodeWasmBackend } from '../../workers/backend/ort.node';
import type { Tensor, Tensors } from '../../workers/tensor';
import type { Format } from './format';

/** Calls that are compared, the first and the last and between; of a slow network the first alone. */
const COMPARED = 3;

/** Decibels. The demo model's networks are no larger than a block; parts pass on what those before them lost. */
export const LEAST = { block: 50, network: 40 };

/** One graph for the emulator. */
export interface Job {
  readonly name: string;
  readonly network: string;
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  readonly samples: number;
  /** Of a graph that was only written, what a compiled form of it is known by. */
  readonly context?: string;
  /** Whether what was compiled is read and run once more. */
  readonly again: boolean;
  /**
   * Signal to noise that there must be, decibels: of the emulator against the graph's own arithmetic, parts before it
   * included. Absent in 8 bits, where one step more or less of any value is 40 dB.
   */
  readonly least?: number;
}

export interface Network {
  readonly name: string;
  /** What is written, in the order it is run in. */
  readonly parts: readonly QnnStage[];
  /** In which ranges are measured, one in memory at a time; absent: the same. Its values have the names they have in `parts`. */
  readonly measuredIn?: readonly QnnStage[];
  readonly weights: TensorSource;
  /** The inputs of each call. */
  readonly calls: readonly Tensors[];
  /** A whole network of full size: too slow on the emulator to be run twice. */
  readonly slow?: boolean;
}

/** Writes `NAME.onnx`, `NAME.weights` and `NETWORK.SAMPLE.TENSOR.f32` to `folder` for each part that is asked for next; `only` some, from 1 on. */
export async function* quantizedStage(
  folder: string,
  { name, parts, measuredIn = parts, weights, calls, slow = false }: Network,
  { weightBits, activationBits: bits }: Format,
  only?: ReadonlySet<number>,
): AsyncGenerator<Job> {
  await mkdir(folder, { recursive: true });
  const from = roundedToNearest(weights, weightBits);
  const { ranges, values } = await measured(measuredIn, from, calls);
  const activations = { bits, encodings: encodingsFor(ranges, bits) } as const;
  for (const [i, part] of parts.entries()) {
    if (only && !only.has(i + 1)) continue;
    const job = parts.length === 1 ? name : `${name}.${i + 1}`;
    const written = part.write({ weightBits, activations, weightsFile: `${job}.weights` });
    await writeFile(join(folder, `${job}.onnx`), written.graph);
    await writeStream(join(folder, `${job}.weights`), written.weights(from));
    const [inputs, outputs] = [part.inputs, part.outputs].map((names) => values.map((call) => pick(call, names)));
    const samples = await writeSamples(folder, name, inputs!, outputs!, slow ? 1 : COMPARED);
    yield {
      name: job,
      network: name,
      inputs: shapes(inputs![0]!),
      outputs: shapes(outputs![0]!),
      samples,
      again: !slow,
      ...(bits === 16 ? { least: slow || parts.length > 1 ? LEAST.network : LEAST.block } : {}),
    };
  }
}

interface Measured {
  readonly ranges: ReadonlyMap<string, Range>;
  /** The inputs of each call, and what the parts give for it. */
  readonly values: readonly Tensors[];
}

async function measured(
  parts: readonly QnnStage[],
  from: IntegerWeights,
  calls: readonly Tensors[],
): Promise<Measured> {
  const seen = new ActivationSums();
  const values = calls.map((call) => ({ ...call }));
  for (const part of parts) await measurePart(part, from, seen, values);
  return { ranges: seen.statistics(), values };
}

/** Adds to what was `seen`, and to `values` what `part` gives. */
async function measurePart(
  part: QnnStage,
  from: IntegerWeights,
  seen: ActivationSums,
  values: Record<string, Tensor>[],
): Promise<void> {
  const taps = [...part.taps.keys()];
  const { graph, weights: stream } = part.write({ taps, reduced: true });
  const weights = await weightsInTemporaryFile(stream(from));
  const backend = nodeWasmBackend({ graphOptimizationLevel: 'disabled' });
  try {
    // The name is for messages alone.
    const opened = await backend.open({ name: 'unet', graph, weights }, new AbortController().signal, { lean: true });
    try {
      for (const call of values) {
        const outputs = await opened.run(pick(call, part.inputs));
        for (const tap of taps) seen.add(tap, outputs[rangeOf(tap)]!.data as Float32Array);
        Object.assign(call, pick(outputs, part.outputs));
      }
    } finally {
      await opened.close();
    }
  } finally {
    weights.close();
  }
}

/** Inputs and results of some calls, as the emulator's script reads them; how many. */
export async function writeSamples(
  folder: string,
  network: string,
  inputs: readonly Tensors[],
  results: readonly Tensors[],
  most: number,
): Promise<number> {
  const samples = Math.min(most, inputs.length);
  for (let sample = 0; sample < samples; sample++) {
    const at = Math.floor((sample * (inputs.length - 1)) / Math.max(1, samples - 1));
    for (const [tensor, { data }] of Object.entries({ ...inputs[at]!, ...results[at]! })) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      await writeFile(join(folder, `${network}.${sample}.${tensor.replaceAll('/', ':')}.f32`), bytes);
    }
  }
  return samples;
}

const pick = (tensors: Tensors, names: readonly string[]): Tensors =>
  Object.fromEntries(names.map((name) => [name, tensors[name]!]));

const shapes = (tensors: Tensors) =>
  Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
