/**
 * What four bits in one weight of the UNet, and in no other, do to the noise that guidance makes of its two calls. The guided
 * noise is what a step goes by: what touches only the difference that the prompt makes hardly shows in either call, and
 * guidance multiplies it.
 */
import type { Checkpoint } from '../../models/checkpoint';
import { parametersOf } from '../../models/graph/parameters';
import { dequantized, floatsOf } from '../../models/quantize/dequantized';
import { type IntegerWeights, roundedToNearest } from '../../models/quantize/integerWeights';
import { guidedNoise } from '../../models/quantize/quality/conditioning';
import { matrixBytes } from '../../models/quantize/quantizedBytes';
import { biasOf } from '../../models/quantize/roundPart';
import type { LayerCost } from '../../models/quantize/sensitivity/chosenBits';
import {
  measuredErrors,
  type OutputsWith,
  scaledError,
  weightError,
} from '../../models/quantize/sensitivity/measuredErrors';
import type { StageSize } from '../../models/stage';
import type { TensorSource } from '../../models/tensorSource';
import { untilMessagesAreRead } from '../../models/turn';
import type { Backend } from '../backend/backend';
import { checkpointModel, type Keep } from '../model.checkpoint';
import { DEFAULTS } from '../request';
import type { Tensors } from '../tensor';
import { type Change, type Patch, type PatchableUnet, patchableUnet } from './patchableUnet';

/** Parts that the UNet is opened in: with one weight changed, one of them is opened anew. */
export const SEGMENTS = 10;

/** A sample that the UNet is asked about, with the prompt and without: inputs of the pipeline's own network. */
export interface GuidedSample {
  readonly conditional: Tensors;
  readonly unconditional: Tensors;
}

/** `count` of calls that were noted in pairs, without the prompt and then with it; few of them are of many pictures. */
export function guidedSamples(calls: readonly Tensors[], count: number): GuidedSample[] {
  const pairs = Math.floor(calls.length / 2);
  const wanted = Math.min(count, pairs);
  return Array.from({ length: wanted }, (_, i) => {
    const at = 2 * Math.floor((i * pairs) / wanted);
    return { unconditional: calls[at]!, conditional: calls[at + 1]! };
  });
}

export interface Sensitivity {
  readonly checkpoint: Checkpoint;
  readonly size: StageSize;
  /** A few, of several prompts and timesteps. */
  readonly samples: readonly GuidedSample[];
  /** The weights to look at. */
  readonly keys: readonly string[];
  /** These in four bits, and in eight. */
  readonly four: IntegerWeights;
  readonly eight: IntegerWeights;
  readonly backend: Backend;
  readonly keep: Keep;
}

/**
 * The cost of each of `keys`. Those in `known` are not measured again; `progress` is told all that is known so far.
 * Four bits are measured, eight follow from the error of the weights.
 */
export async function unetCosts(
  sensitivity: Sensitivity,
  known: ReadonlyMap<string, number>,
  signal: AbortSignal,
  progress: (errors: ReadonlyMap<string, number>, of: number) => Promise<void> | void = () => undefined,
): Promise<LayerCost[]> {
  const { checkpoint, keys, four, eight } = sensitivity;
  const unet = await openedUnet(sensitivity, signal);
  let errors: Map<string, number>;
  try {
    const outputs = await guidedOutputs(sensitivity, unet, signal);
    errors = await measuredErrors(keys, outputs, known, signal, (found) => progress(found, keys.length));
  } finally {
    await unet.close();
  }
  const costs: LayerCost[] = [];
  for (const key of keys) {
    const [exact, coarse, fine] = [await four.floats(key), await four.integers(key), await eight.integers(key)];
    const errorAt4 = errors.get(key)!;
    const errorAt8 = scaledError(errorAt4, weightError(exact, floatsOf(fine)), weightError(exact, floatsOf(coarse)));
    const shape = shapes(checkpoint).get(key)!;
    costs.push({ key, bytesAt8: matrixBytes(shape, 8), bytesAt4: matrixBytes(shape, 4), errorAt8, errorAt4 });
  }
  return costs;
}

const shapes = ({ description }: Checkpoint): ReadonlyMap<string, readonly number[]> =>
  new Map(parametersOf(description, 'unet').map(({ name, shape }) => [name, shape]));

async function openedUnet(
  { checkpoint, size, backend, keep }: Sensitivity,
  signal: AbortSignal,
): Promise<PatchableUnet> {
  // All of it in float32, as what is rounded will be, and nothing of it rounded or corrected.
  const exact = (source: TensorSource): TensorSource =>
    dequantized(
      source,
      roundedToNearest(source, () => 8),
      [],
    );
  const weights: Checkpoint['weights'] = (stage) => exact(checkpoint.weights(stage));
  const model = checkpointModel({ ...checkpoint, weights }, undefined, keep);
  return patchableUnet(await model.segments('unet', size, SEGMENTS, signal), backend, signal);
}

async function guidedOutputs(
  { checkpoint, samples, four }: Sensitivity,
  unet: PatchableUnet,
  signal: AbortSignal,
): Promise<OutputsWith> {
  const calls: ((patch?: Patch) => Promise<Float32Array>)[] = [];
  for (const { unconditional, conditional } of samples) {
    for (const inputs of [unconditional, conditional]) calls.push(await unet.call(inputs));
  }
  return async (key) => {
    const patch = key ? await unet.patch(await changesOf(checkpoint, key, four)) : undefined;
    try {
      const noise: Float32Array[] = [];
      for (const call of calls) {
        await untilMessagesAreRead();
        signal.throwIfAborted();
        noise.push(await call(patch));
      }
      return samples.map((_, i) => {
        const [unconditional, conditional] = [noise[2 * i]!, noise[2 * i + 1]!];
        return guidedNoise({ conditional, unconditional }, DEFAULTS.guidanceScale);
      });
    } finally {
      await patch?.close();
    }
  };
}

/** The weight `key` in four bits, and its bias, where it has one, as that wants it. */
async function changesOf(checkpoint: Checkpoint, key: string, four: IntegerWeights): Promise<Change[]> {
  const known = shapes(checkpoint);
  const weight = { key, shape: known.get(key)!, values: floatsOf(await four.integers(key)) };
  const bias = biasOf(key);
  const shape = known.get(bias);
  return shape ? [weight, { key: bias, shape, values: await four.floats(bias) }] : [weight];
}
