/**
 * What four bits in one weight of the UNet, and in no other, do to the noise that guidance makes of its two calls. The guided
 * noise is what a step goes by: what touches only the difference that the prompt makes hardly shows in either call, and
 * guidance multiplies it.
 */
import type { Checkpoint } from '../../models/checkpoint';
import { parametersOf } from '../../models/graph/parameters';
import { dequantized, floatsOf, matrixKeys } from '../../models/quantize/dequantized';
import type { IntegerWeights } from '../../models/quantize/integerWeights';
import { matrixBytes } from '../../models/quantize/quantizedBytes';
import type { LayerCost } from '../../models/quantize/sensitivity/chosenBits';
import {
  measuredErrors,
  type OutputsWith,
  scaledError,
  weightError,
} from '../../models/quantize/sensitivity/measuredErrors';
import type { StageSize } from '../../models/stage';
import type { Backend, Stage } from '../backend/backend';
import { checkpointModel, type Keep } from '../model.checkpoint';
import { DEFAULTS } from '../request';
import type { Tensor, Tensors } from '../tensor';
import { untilMessagesAreRead } from '../turn';

/** A sample that the UNet is asked about, with the prompt and without: inputs of the pipeline's own network. */
export interface GuidedSample {
  readonly conditional: Tensors;
  readonly unconditional: Tensors;
}

export interface Sensitivity {
  readonly checkpoint: Checkpoint;
  readonly size: StageSize;
  /** A few, of several prompts and timesteps. */
  readonly samples: readonly GuidedSample[];
  /** All weights in four bits, and in eight. */
  readonly four: IntegerWeights;
  readonly eight: IntegerWeights;
  readonly backend: Backend;
  readonly keep: Keep;
}

/**
 * The cost of every weight of the UNet. Those in `known` are not measured again; `progress` is told all that is known so far.
 * Four bits are measured, eight follow from the error of the weights.
 */
export async function unetCosts(
  sensitivity: Sensitivity,
  known: ReadonlyMap<string, number>,
  signal: AbortSignal,
  progress: (errors: ReadonlyMap<string, number>, of: number) => Promise<void> | void = () => undefined,
): Promise<LayerCost[]> {
  const { checkpoint, four, eight } = sensitivity;
  const keys = matrixKeys(checkpoint.description, 'unet');
  const outputs = guidedOutputs(sensitivity, signal);
  const errors = await measuredErrors(keys, outputs, known, signal, (found) => progress(found, keys.length));
  const shapes = new Map(parametersOf(checkpoint.description, 'unet').map(({ name, shape }) => [name, shape]));
  const costs: LayerCost[] = [];
  for (const key of keys) {
    const [exact, coarse, fine] = [await four.floats(key), await four.integers(key), await eight.integers(key)];
    const errorAt4 = errors.get(key)!;
    const errorAt8 = scaledError(errorAt4, weightError(exact, floatsOf(fine)), weightError(exact, floatsOf(coarse)));
    const shape = shapes.get(key)!;
    costs.push({ key, bytesAt8: matrixBytes(shape, 8), bytesAt4: matrixBytes(shape, 4), errorAt8, errorAt4 });
  }
  return costs;
}

function guidedOutputs(
  { checkpoint, size, samples, four, backend, keep }: Sensitivity,
  signal: AbortSignal,
): OutputsWith {
  return async (key) => {
    const weights: Checkpoint['weights'] = (stage) =>
      stage === 'unet' ? dequantized(checkpoint.weights(stage), four, key ? [key] : []) : checkpoint.weights(stage);
    const model = checkpointModel({ ...checkpoint, weights }, undefined, keep);
    const file = await model.file('unet', size, signal);
    const opened = await backend.open(file, signal).finally(() => file.weights.close());
    try {
      const outputs: Float32Array[] = [];
      for (const sample of samples) outputs.push(await guided(opened, sample, signal));
      return outputs;
    } finally {
      await opened.close();
    }
  };
}

async function guided(unet: Stage, { conditional, unconditional }: GuidedSample, signal: AbortSignal) {
  const [uncond, cond] = [await noise(unet, unconditional, signal), await noise(unet, conditional, signal)];
  return uncond.map((value, i) => value + guidanceScale * (cond[i]! - value));
}

const { guidanceScale } = DEFAULTS;

async function noise(unet: Stage, inputs: Tensors, signal: AbortSignal): Promise<Float32Array> {
  await untilMessagesAreRead();
  signal.throwIfAborted();
  return ((await unet.run(inputs)).noise as Extract<Tensor, { type: 'float32' }>).data;
}
