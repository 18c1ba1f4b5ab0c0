/** A stage's network drawn for QNN: what there is to measure in it, and its graphs. */
import type { ModelDescription } from '../../sd15';
import type { StageName, StageSize } from '../../stage';
import { describe } from '../network';
import { Drawing } from './drawing';
import { type Form, type Written, written } from './form';
import type { LinearForm } from './linear';
import { qnnLayers } from './qnnLayers';

export interface QnnStage {
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
  const draw = new Drawing();
  describe(qnnLayers(draw, linear), description, stage, size);
  return {
    taps: draw.measured(),
    write: (form) => written(draw, stage, form),
  };
}
