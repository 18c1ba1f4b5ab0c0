/**
 * A quantized model to draw with, whoever rounded it: what the pipeline is handed in place of the checkpoint's own. Where
 * only weights are rounded a network is the ordinary one over what they stand for; where activations are too, it is the
 * graph that an NPU is given, and ONNX Runtime computes it as QuantizeLinear and DequantizeLinear define it.
 */
import type { Checkpoint } from '../../models/checkpoint';
import { qnnStage } from '../../models/graph/qnn/qnnStage';
import { dequantized, matrixKeys } from '../../models/quantize/dequantized';
import { encodingsFor, type Range } from '../../models/quantize/encodings';
import type { IntegerWeights, WeightBits } from '../../models/quantize/integerWeights';
import type { StageName } from '../../models/stage';
import type { Backend } from '../backend/backend';
import { hostedBackend } from '../backend/hostInputs';
import { CodedError } from '../errors';
import type { Model } from '../model';
import { checkpointModel, type Keep } from '../model.checkpoint';
import type { Parts } from '../openStage';
import { hostOf } from './host';

/** How one network is quantized. */
export interface QuantizedStage {
  /** The rounded weights; what they do not round, such as biases, is theirs too. */
  readonly weights: IntegerWeights;
  readonly bits: WeightBits;
  /** The ranges of all taps of the network (`QnnStage.taps`); absent: activations are float32. */
  readonly activations?: { readonly bits: 16 | 8; readonly ranges: ReadonlyMap<string, Range> };
}

/** Networks that are not among them are the checkpoint's own. */
export type QuantizedStages = Readonly<Partial<Record<StageName, QuantizedStage>>>;

/**
 * `backend` may optimize as it likes: of these graphs every level computes the same bits. `keep` is where weights lie while a
 * network is opened. Quantized networks with activations cannot be had in segments: `unsupported-model`.
 */
export function candidateParts(
  checkpoint: Checkpoint,
  stages: QuantizedStages,
  backend: Backend,
  keep: Keep,
): Required<Pick<Parts, 'model' | 'backend'>> {
  const floating = checkpointModel(withRounded(checkpoint, stages), undefined, keep);
  const hosted = hostedBackend(backend, hostOf(checkpoint));
  const isQuantized = (stage: StageName): boolean => stages[stage]?.activations !== undefined;
  const model: Model = {
    ...floating,
    async file(stage, size, signal) {
      const quantized = stages[stage];
      if (!quantized?.activations) return floating.file(stage, size, signal);
      const { weights, bits, activations } = quantized;
      const encodings = encodingsFor(activations.ranges, activations.bits);
      const network = qnnStage(checkpoint.description, stage, size);
      const written = network.write({ weightBits: bits, activations: { bits: activations.bits, encodings } });
      return { name: stage, graph: written.graph, weights: await keep(written.weights(weights), written.bytes) };
    },
    async segments(stage, ...rest) {
      if (!isQuantized(stage)) return floating.segments(stage, ...rest);
      const details = { argument: stage, expected: 'a network in one piece', got: 'one to be streamed' };
      throw new CodedError('unsupported-model', details);
    },
  };
  return {
    model,
    backend: {
      ...backend,
      open: (file, ...how) => (isQuantized(file.name) ? hosted : backend).open(file, ...how),
    },
  };
}

function withRounded(checkpoint: Checkpoint, stages: QuantizedStages): Checkpoint {
  return {
    ...checkpoint,
    weights(stage) {
      const source = checkpoint.weights(stage);
      const quantized = stages[stage];
      return quantized ? dequantized(source, quantized.weights, matrixKeys(checkpoint.description, stage)) : source;
    },
  };
}
