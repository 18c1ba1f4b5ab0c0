/** The random models of `randomModels.json` (build/randomModel.ts). */
import { describeModel, modelFiles } from '../../build/randomModel';
import type { ModelDescription } from '../../models/sd15';
import type { Folder } from '../../models/source';
import { memoryFolder } from './memoryFolder';
import models from './randomModels.json';

export { uniform } from '../../build/hashed';
export { asJson, modelFiles, type Recipe } from '../../build/randomModel';

export type RandomModelName = keyof typeof models;
export const RANDOM_MODELS = Object.keys(models) as RandomModelName[];

/** The model as a folder, tokenizer (the demo model's: the real CLIP vocabulary) included. */
export async function randomModel(name: RandomModelName): Promise<Folder> {
  return memoryFolder(await randomModelFiles(name), `random-${name}`);
}

/** Every file of the model, for specs that take one away or damage it. */
export async function randomModelFiles(name: RandomModelName): Promise<Map<string, Uint8Array>> {
  return modelFiles(name, models[name]);
}

/** The sizes of the model, parsed from its configs. */
export const describeRandomModel = (name: RandomModelName): ModelDescription => describeModel(models[name]);
