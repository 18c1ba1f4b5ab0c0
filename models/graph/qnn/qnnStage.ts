/** A stage's network drawn for QNN, whole or in parts: what there is to measure in it, and its graphs. */
import type { ModelDescription } from '../../sd15';
import type { StageName, StageSize } from '../../stage';
import type { Layers } from '../layers';
import { describe } from '../network';
import { Drawing } from './drawing';
import { type Form, type Written, written } from './form';
import { type LayerInput, layerInputs } from './layerInputs';
import { cutsIn, partsOf } from './parts';
import { type QnnForms, qnnLayers } from './qnnLayers';

export interface QnnStage {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Of its inputs and outputs, which are float32. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** The names of all that has a range to be measured, and under which of its inputs or outputs the float32 form shows it. */
  readonly taps: ReadonlyMap<string, string>;
  /** What its weights are multiplied with; linear layers as convolutions only. */
  readonly layers: readonly LayerInput[];
  write(form: Form): Written;
}

/** `forms` says how it is drawn. */
export function qnnStage(
  description: ModelDescription,
  stage: StageName,
  size: StageSize,
  forms: QnnForms = {},
): QnnStage {
  return asStage(stage, drawn(description, stage, size, forms));
}

/**
 * The same in at most `count` parts of about as many weights, to be run one after another. What crosses from part to part
 * has its own name, and so has every tap, whatever `count` is.
 */
export function qnnSegments(
  description: ModelDescription,
  stage: StageName,
  size: StageSize,
  count: number,
  forms: QnnForms = {},
): QnnStage[] {
  return qnnSegmentsAlike(description, stage, [size], count, forms)[0]!;
}

/** The same for each of several sizes, with the same weights in each part: cut as suits the first. */
export function qnnSegmentsAlike(
  description: ModelDescription,
  stage: StageName,
  sizes: readonly StageSize[],
  count: number,
  forms: QnnForms = {},
): QnnStage[][] {
  const draws = sizes.map((size) => drawn(description, stage, size, forms));
  const cuts = cutsIn(draws[0]!, count, draws.slice(1));
  return draws.map((draw) => partsOf(draw, cuts).map((part) => asStage(stage, part)));
}

/** Any network that `network` describes. */
export function qnnNetwork(name: string, network: (net: Layers) => void, forms: QnnForms = {}): QnnStage {
  const draw = new Drawing();
  network(qnnLayers(draw, forms));
  return asStage(name, draw);
}

function drawn(description: ModelDescription, stage: StageName, size: StageSize, forms: QnnForms): Drawing {
  const draw = new Drawing();
  describe(qnnLayers(draw, forms), description, stage, size);
  return draw;
}

function asStage(name: string, draw: Drawing): QnnStage {
  const { inputs, outputs } = draw.needed();
  return {
    inputs: inputs.map((input) => input.name),
    outputs: outputs.map((output) => draw.resultName(output)!),
    shapes: new Map([
      ...inputs.map(({ name, shape }) => [name, shape] as const),
      ...outputs.map((output) => [draw.resultName(output)!, output.shape] as const),
    ]),
    taps: draw.measured(),
    get layers() {
      return layerInputs(draw);
    },
    write: (form) => written(draw, name, form),
  };
}
