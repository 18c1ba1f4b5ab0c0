/**
 * A network that is run once in a drawing and is no part of a model: opened segment by segment, which costs nothing where it is run once, and
 * keeps one of its segments in memory at a time, whatever its size.
 */
import type { Layers } from './graph/layers';
import type { HeapNeed } from './graph/onnx/graphBuilder';
import { listing, type Parameter } from './graph/parameters';
import { networkNeeds, networkSegments, packedBytes, planSource } from './pack';
import { sourcedWeights } from './sourcedWeights';
import type { PackedTensor, SegmentedFile } from './stage';
import type { TensorSource } from './tensorSource';

export interface RunOnce {
  readonly name: string;
  readonly describe: (net: Layers) => void;
  /** As they are packed: the checkpoint's own numbers. */
  readonly tensors: readonly PackedTensor[];
  readonly source: TensorSource;
}

/** What a segment's weights are to be at most, as far as layers allow. */
const SEGMENT_BYTES = 64 * 1024 * 1024;

/** `bad-model` where `source` lacks a tensor that the network asks for, or has it in another shape. */
export function runOnce(name: string, describe: (net: Layers) => void, source: TensorSource): RunOnce {
  const parameters: Parameter[] = [];
  describe(listing(parameters));
  return { name, describe, tensors: planSource(parameters, source), source };
}

/** Nothing is read before it is run. Whoever was handed it closes the weights. */
export const segmentsOnce = ({ describe, tensors, source }: RunOnce): SegmentedFile => ({
  name: STAGE,
  segments: networkSegments(STAGE, describe, tensors, countOf(tensors)),
  weights: sourcedWeights(tensors, source),
});

/** What each segment takes of the heap. */
export const needsOnce = ({ describe, tensors }: RunOnce): HeapNeed[] =>
  networkNeeds(STAGE, describe, tensors, countOf(tensors));

/** The stage whose products are computed with most care. */
const STAGE = 'text_encoder';

const countOf = (tensors: readonly PackedTensor[]): number =>
  Math.max(1, Math.ceil(packedBytes(tensors) / SEGMENT_BYTES));
