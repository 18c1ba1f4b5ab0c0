/**
 * A model quantized the plainest way: weights to nearest, ranges from the ends of what a few pictures show, with room in 16
 * bits. What others must beat.
 */
import type { CalibrationPrompt } from '../../../models/calibration/calibrationPrompts';
import type { Checkpoint } from '../../../models/checkpoint';
import { VAE_FACTOR } from '../../../models/graph/vae';
import { withRoom } from '../../../models/quantize/calibrate/clipping';
import { roundedToNearest, type WeightBits } from '../../../models/quantize/integerWeights';
import type { StageName } from '../../../models/stage';
import { weightsInTemporaryFile } from '../../../models/stageWeights.node';
import type { Backend } from '../../backend/backend';
import { checkpointModel } from '../../model.checkpoint';
import type { QuantizedStage, QuantizedStages } from '../candidate';
import { promptCalls } from '../host';
import { minMaxRanges } from '../minMaxRanges';
import { recordedCalls } from '../trajectories';
import type { DrawingOptions } from './drawing';

export interface BaselineOptions {
  readonly stages: readonly StageName[];
  readonly bits: (stage: StageName) => WeightBits;
  /** Absent: weights alone are quantized. */
  readonly activationBits: 16 | 8 | undefined;
  readonly drawing: DrawingOptions;
  /** Drawn to see ranges, where there are any. */
  readonly prompts: readonly CalibrationPrompt[];
}

/** UNet calls of each picture that ranges are taken from. */
const CALLS = 8;

export async function baseline(
  checkpoint: Checkpoint,
  { stages, bits, activationBits, drawing, prompts }: BaselineOptions,
  backend: Backend,
  signal: AbortSignal,
): Promise<QuantizedStages> {
  const weightsOf = (stage: StageName): QuantizedStage => {
    return { weights: roundedToNearest(checkpoint.weights(stage), bits(stage)), bits: bits(stage) };
  };
  if (!activationBits) return Object.fromEntries(stages.map((stage) => [stage, weightsOf(stage)]));
  const model = checkpointModel(checkpoint, undefined, weightsInTemporaryFile);
  const trajectories = { ...drawing, prompts, samples: CALLS * prompts.length };
  const calls = {
    ...(await recordedCalls(async () => ({ model, backend }), trajectories, signal)),
    text_encoder: promptCalls(checkpoint, ['', ...prompts.map(({ prompt }) => prompt)]),
  };
  const size = { batch: 1, height: drawing.height / VAE_FACTOR, width: drawing.width / VAE_FACTOR };
  const found: Partial<Record<StageName, QuantizedStage>> = {};
  for (const stage of stages) {
    const weights = weightsOf(stage);
    const computed = { backend, keep: weightsInTemporaryFile };
    const ranges = await minMaxRanges(checkpoint, { stage, size }, weights, calls[stage], computed, signal);
    const roomy = [...ranges].map(([tap, range]) => [tap, activationBits === 16 ? withRoom(range) : range] as const);
    found[stage] = { ...weights, activations: { bits: activationBits, ranges: new Map(roomy) } };
  }
  return found;
}
