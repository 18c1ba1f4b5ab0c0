/** A model with LoRAs: its weights are changed while they are opened, so that the next picture may have others, or none. */
import { type Aside, PutAside } from '../models/lora/aside';
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
  /** Gives up what was put aside, once nothing is open any more. */
  close(): void;
}

/**
 * `model`, whose weights lie as `manifest` says, with `loras`. `aside` makes a place for weights that are read part by part, over
 * and over, and for those that are opened `again`, which are changed in the first opening alone (a rank of 32 takes some fifty
 * nanoseconds of each weight, what was put aside two). Rejects as `loraChanges` does; what is wrong with a LoRA's numbers is said when a network is opened.
 */
export async function changedModel(
  model: Model,
  { description, stages }: Pick<Manifest, 'description' | 'stages'>,
  loras: readonly LoraChoice[],
  aside: () => Aside,
  opened: 'once' | 'again' = 'once',
): Promise<ChangedModel> {
  const { of, ignored } = await loraChanges(description, loras);
  const none: ReadonlyMap<string, readonly Change[]> = new Map();
  const changesOf = (stage: StageName) => (stage === 'unet' || stage === 'text_encoder' ? of[stage] : none);
  const again = new Map<StageName, PutAside>();
  const againOf = (stage: StageName): { again?: PutAside } => {
    if (opened === 'once' || changesOf(stage).size === 0) return {};
    const its = again.get(stage) ?? new PutAside(aside());
    again.set(stage, its);
    return { again: its };
  };
  const changed: Model = {
    ...model,
    async file(stage, size, signal) {
      const file = await model.file(stage, size, signal);
      const { name, network, weightsFile } = file;
      const { tensors } = stages[stage];
      // Of a part of the network nothing else is looked at.
      const read = size.deep?.from === 'given' ? shallowTensors(description, size, tensors) : tensors;
      const opening = changedWeights(file.weights, read, changesOf(stage), againOf(stage));
      const weights = await closing(file.weights, opening);
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
      const options = { aside: aside(), ...againOf(stage) };
      const opening = changedWeights(file.weights, stages[stage].tensors, changesOf(stage), options);
      return { ...file, weights: await closing(file.weights, opening) };
    },
  };
  const close = (): void => {
    for (const its of again.values()) its.aside.close();
  };
  return { model: changed, ignored, close };
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
