/**
 * Which weight a LoRA's module changes. Files name layers by their published or by their LDM path, with dots or, as kohya
 * does, with underscores for them; written with underscores all four are one list to look a name up in.
 */
import { parametersOf } from '../graph/parameters';
import type { ModelDescription } from '../sd15';
import { ldmUNetNames } from '../singleFile/ldmNames';
import type { StageName } from '../stage';
import type { LoraModule } from './loraFile';

/** A weight of the model, by stage and published name. */
export interface LoraTarget {
  readonly stage: 'unet' | 'text_encoder';
  readonly name: string;
  readonly shape: readonly number[];
}

/** Prefixes with the network that they stand for, the longer first; the last is of files for the UNet alone. */
const PREFIXES: readonly (readonly [prefix: string, stage: LoraTarget['stage']])[] = [
  ['lora_unet_', 'unet'],
  ['lora_te1_', 'text_encoder'],
  ['lora_te_', 'text_encoder'],
  ['text_encoder.', 'text_encoder'],
  // LyCORIS.
  ['lycoris_unet_', 'unet'],
  ['lycoris_text_encoder_', 'text_encoder'],
  ['lycoris_', 'unet'],
  ['diffusion_model.', 'unet'],
  ['unet.', 'unet'],
  ['', 'unet'],
];

/** Networks that Stable Diffusion 1.x does not have: SDXL's second text encoder, SD3's third. */
export const isForAnotherNetwork = (module: string): boolean => /^(lora_te[23]_|text_encoder_[23]\.)/.test(module);

/** Finds the weight, or the bias, that a module of a LoRA for `model` changes; `undefined` where it has no such layer. */
export function loraTargets(
  model: ModelDescription,
): (module: Pick<LoraModule, 'name' | 'of'>) => LoraTarget | undefined {
  const layers = { unet: layersOf(model, 'unet'), text_encoder: layersOf(model, 'text_encoder') };
  return ({ name, of }) => {
    const [prefix, stage] = PREFIXES.find(([start]) => name.startsWith(start))!;
    return layers[stage].get(`${underscored(name.slice(prefix.length))}.${of}`);
  };
}

function layersOf(model: ModelDescription, stage: LoraTarget['stage']): ReadonlyMap<string, LoraTarget> {
  const layers = new Map<string, LoraTarget>();
  for (const { name, shape } of parametersOf(model, stage)) {
    const [, layer, of] = /^(.*)\.(weight|bias)$/s.exec(name)!;
    for (const path of pathsOf(model, stage, layer!)) layers.set(`${underscored(path)}.${of}`, { stage, name, shape });
  }
  return layers;
}

function pathsOf({ unet }: ModelDescription, stage: StageName, layer: string): string[] {
  if (stage === 'text_encoder') return [layer, layer.replace(/^text_model\./, '')];
  return [layer, ...ldmUNetNames(`${layer}.`, unet.layersPerBlock).map((name) => name.slice(0, -1))];
}

const underscored = (path: string): string => path.replaceAll('.', '_');
