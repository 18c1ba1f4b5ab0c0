/** A model with LoRAs: its weights are changed while they are opened, so that the next picture may have others, or none. */
import type { Aside } from '../models/lora/aside';
import { changedWeights } from '../models/lora/changedWeights';
import { type Change, type LoraChoice, loraChanges } from '../models/lora/changes';
import type { Manifest } from '../models/manifest';
import { shallowTensors } from '../models/pack';
import type { StageName } from '../models/stage';
import type { Model } from './model';

export interface ChangedModel {
  readonly model: Model;
  /** Modules of LoRAs that no layer answers to, as `file: module`: they are left out. */
  readonly ignored: readonly string[];
}

/**
 * `model`, whose weights lie as `manifest` says, with `loras`. `aside` makes a place for weights that are read part by part, over
 * and over. Rejects as `loraChanges` does; what is wrong with a LoRA's numbers is said when a network is opened.
 */
export async function changedModel(
  model: Model,
  { description, stages }: Pick<Manifest, 'description' | 'stages'>,
  loras: readonly LoraChoice[],
  aside: () => Aside,
): Promise<ChangedModel> {
  const { of, ignored } = await loraChanges(description, loras);
  const none: ReadonlyMap<string, readonly Change[]> = new Map();
  const changesOf = (stage: StageName) => (stage === 'unet' || stage === 'text_encoder' ? of[stage] : none);
  const changed: Model = {
    ...model,
    async file(stage, size, signal) {
      const file = await model.file(stage, size, signal);
      const { name, network, weightsFile } = file;
      const { tensors } = stages[stage];
      // Of a part of the network nothing else is looked at.
      const read = size.deep?.from === 'given' ? shallowTensors(description, size, tensors) : tensors;
      const opened = changedWeights(file.weights, read, changesOf(stage));
      const weights = await closing(file.weights, opened);
      return {
        ...{ name, weights },
        ...(network ? { network } : {}),
        ...(weightsFile === undefined ? {} : { weightsFile }),
        get graph() {
          return file.graph;
        },
      };
    },
    async segments(stage, size, count, signal) {
      const file = await model.segments(stage, size, count, signal);
      const opened = changedWeights(file.weights, stages[stage].tensors, changesOf(stage), { aside: aside() });
      return { ...file, weights: await closing(file.weights, opened) };
    },
  };
  return { model: changed, ignored };
}

/** What `opened` resolves to; where it does not, nobody else will close `weights`. */
async function closing<T>(weights: { close(): void }, opened: Promise<T>): Promise<T> {
  try {
    return await opened;
  } catch (error) {
    weights.close();
    throw error;
  }
}
