/** For which model a LoRA was made, where its file shows it: in its names, its shapes, or what its trainer wrote about it. */
import { OTHER_BASES } from '../otherBases';
import { unsupportedModel } from '../refuse';
import type { Safetensors } from '../safetensors';
import { readLoraKey } from './loraKeys';

/** Layers that only one kind of model has. */
const NAMES: readonly (readonly [pattern: RegExp, base: string])[] = [
  [/^(lora_te3_|text_encoder_3\.)/, 'Stable Diffusion 3'],
  [/^(lora_unet_|unet\.|transformer\.)?(joint_blocks|joint_transformer_blocks)[._]\d/, 'Stable Diffusion 3'],
  [
    /^(lora_unet_|lora_transformer_|transformer\.)?(double_blocks|single_transformer_blocks|single_blocks)[._]\d/,
    'Flux',
  ],
  // Of 1.x no block has more than one transformer.
  [/(input|output|down|up)_blocks[._].*[._]transformer_blocks[._][1-9]/, 'Stable Diffusion XL'],
];

/** By the words of sd-scripts (`ss_base_model_version`, sd_model_spec's `modelspec.architecture`). */
const WORDS: readonly (readonly [pattern: RegExp, base: string])[] = [
  [/^(sdxl|stable-diffusion-xl)/i, 'Stable Diffusion XL'],
  [/^(sd_v2|stable-diffusion-v2)/i, 'Stable Diffusion 2.x'],
  [/^(sd3|stable-diffusion-3)/i, 'Stable Diffusion 3'],
  [/^flux/i, 'Flux'],
];

/** The model that `tensors` are for, if it is another than Stable Diffusion 1.x and shows. */
export function otherBase(tensors: Safetensors): string | undefined {
  const names = tensors.names();
  const byName = NAMES.find(([pattern]) => names.some((name) => pattern.test(name)));
  if (byName) return byName[1];
  for (const name of names) {
    const key = readLoraKey(name, (each) => tensors.info(each) !== undefined);
    const into = key && /attn2[._]to_[kv]$/.test(key.module);
    if (into && (key.role === 'down' || key.role === 'hada_w1_b' || key.role === 'b2')) {
      const base = OTHER_BASES[tensors.info(name)!.shape[1] ?? 0];
      if (base) return base;
    }
  }
  const said = ['ss_base_model_version', 'modelspec.architecture'].map((field) => tensors.metadata.get(field) ?? '');
  return WORDS.find(([pattern]) => said.some((word) => pattern.test(word)))?.[1];
}

/** `unsupported-model`, by name. */
export function refuseOtherBase(tensors: Safetensors): void {
  const base = otherBase(tensors);
  if (base) throw unsupportedModel(tensors.name, 'a LoRA for Stable Diffusion 1.x', `one for ${base}`);
}
