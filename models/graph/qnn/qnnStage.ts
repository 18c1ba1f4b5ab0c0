/** A stage's network drawn for QNN, whole or in parts: what there is to measure in it, and its graphs. */
import type { ModelDescription } from '../../sd15';
import type { StageName, StageSize } from '../../stage';
import type { Layers } from '../layers';
import { describe as describeStage } from '../network';
import { segmentsOf } from '../segments';
import { Drawing } from './drawing';
import { type Form, type Written, written } from './form';
import type { LinearForm } from './linear';
import { type Names, qnnLayers } from './qnnLayers';

export interface QnnStage {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The names of all that has a range to be measured, and under which of its inputs or outputs the float32 form shows it. */
  readonly taps: ReadonlyMap<string, string>;
  write(form: Form): Written;
}

/** `linear` says what linear layers become. */
export function qnnStage(
  description: ModelDescription,
  stage: StageName,
  size: StageSize,
  linear: LinearForm = 'conv',
): QnnStage {
  return qnnNetwork(stage, (net) => describeStage(net, description, stage, size), linear);
}

/**
 * The same in at most `count` parts of about as many weights, to be run one after another. What lies within a part has the
 * same taps as in the whole; what is handed on is an input of another name where it comes in.
 */
export function qnnSegments(
  description: ModelDescription,
  stage: StageName,
  size: StageSize,
  count: number,
  linear: LinearForm = 'conv',
): QnnStage[] {
  const whole = (net: Layers): void => describeStage(net, description, stage, size);
  const weightsOf = ({ shape }: { readonly shape: readonly number[] }): number => shape.reduce((a, b) => a * b, 1);
  const names: Names = { last: 'inputs' };
  return segmentsOf(whole, weightsOf, count).map((segment) => qnnNetwork(stage, segment.describe, linear, names));
}

/** Any network, or part of one, that `describe` describes. */
export function qnnNetwork(
  name: string,
  describe: (net: Layers) => void,
  linear: LinearForm = 'conv',
  names?: Names,
): QnnStage {
  const draw = new Drawing();
  describe(qnnLayers(draw, linear, names));
  const { inputs, outputs } = draw.needed();
  return {
    inputs: inputs.map((input) => input.name),
    outputs: outputs.map((output) => draw.resultName(output)!),
    taps: draw.measured(),
    write: (form) => written(draw, name, form),
  };
}
