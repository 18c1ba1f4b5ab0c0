/**
 * Models whose weights come out of a hash, in the diffusers layout, bit for bit as `spec/vectors/recipes/random_models.py` builds them:
 * nothing large is stored.
 */
import { readFile } from 'node:fs/promises';
import { ConfigFile } from '../models/configs/configFile';
import { parseTextEncoder } from '../models/configs/textEncoderConfig';
import { parseUNet } from '../models/configs/unetConfig';
import { parseVae } from '../models/configs/vaeConfig';
import { type Parameter, parametersOf } from '../models/graph/parameters';
import { f32ToF16 } from '../models/half';
import { encodeSafetensors } from '../models/safetensorsWriter';
import type { ModelDescription } from '../models/sd15';
import type { StageName } from '../models/stage';
import { uniform } from './hashed';

export interface Recipe {
  readonly dtype: string;
  readonly textPrefix: boolean;
  readonly oldVaeNames: boolean;
  readonly gains: readonly (readonly (string | number)[])[];
  readonly configs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const PARTS: readonly { file: string; stages: readonly StageName[] }[] = [
  { file: 'text_encoder/model.safetensors', stages: ['text_encoder'] },
  { file: 'unet/diffusion_pytorch_model.safetensors', stages: ['unet'] },
  { file: 'vae/diffusion_pytorch_model.safetensors', stages: ['vae_encoder', 'vae_decoder'] },
];

const OLD_VAE_NAMES = [
  ['.to_q.', '.query.'],
  ['.to_k.', '.key.'],
  ['.to_v.', '.value.'],
  ['.to_out.0.', '.proj_attn.'],
] as const;

/** Every file of the model that `recipe` describes, its weights seeded by `name`; `root` is the repository's. */
export async function modelFiles(name: string, recipe: Recipe, root = '.'): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [path, config] of Object.entries(recipe.configs)) files.set(path, asJson(config));
  for (const file of ['tokenizer/vocab.json', 'tokenizer/merges.txt']) {
    files.set(file, new Uint8Array(await readFile(`${root}/models/demo/model/${file}`)));
  }
  const description = describeModel(recipe);
  for (const { file, stages } of PARTS) {
    const parameters = stages.flatMap((stage) => parametersOf(description, stage));
    files.set(file, encodeWeights(name, recipe, parameters));
  }
  return files;
}

/** A config as the bytes of a file. */
export const asJson = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** The sizes of the model, parsed from its configs. */
export function describeModel({ configs }: Recipe): ModelDescription {
  const config = (file: string) => new ConfigFile(file, configs[file]!);
  return {
    textEncoder: parseTextEncoder(config('text_encoder/config.json')),
    unet: parseUNet(config('unet/config.json')),
    vae: parseVae(config('vae/config.json')),
    scheduler: { numTrainTimesteps: 1000, betaStart: 0, betaEnd: 0, betaSchedule: 'linear', predictionType: 'epsilon' },
  };
}

function encodeWeights(model: string, recipe: Recipe, parameters: readonly Parameter[]): Uint8Array {
  const dtype = recipe.dtype === 'F16' ? 'F16' : 'F32';
  const ordered = [...parameters].sort((a, b) => (a.name < b.name ? -1 : 1));
  return encodeSafetensors(
    ordered.map(({ name, shape }) => {
      const values = weight(model, name, shape, recipe.gains);
      const stored = dtype === 'F16' ? f32ToF16(values) : values;
      return { name: storedName(name, recipe), dtype, shape, data: new Uint8Array(stored.buffer) };
    }),
  );
}

function storedName(name: string, { textPrefix, oldVaeNames }: Recipe): string {
  if (name.startsWith('text_model.')) return textPrefix ? name : name.slice('text_model.'.length);
  if (!oldVaeNames || !name.includes('.mid_block.attentions.') || !/^(en|de)coder\./.test(name)) return name;
  return OLD_VAE_NAMES.reduce((renamed, [now, then]) => renamed.replace(now, then), name);
}

function weight(model: string, name: string, shape: readonly number[], gains: Recipe['gains']): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  let mean = 0;
  let spread = 0.1;
  if (name.endsWith('.weight')) {
    if (shape.length === 1) [mean, spread] = [1, 0.4];
    else if (name.includes('embeddings.')) spread = name.includes('token_embedding') ? 2 : 0.5;
    else {
      const gain = gains.find(([part]) => name.includes(part as string))?.[1] ?? 1;
      spread = (gain as number) * Math.sqrt(12 / (count / shape[0]!));
    }
  }
  return uniform(`${model}/${name}`, count, spread, mean);
}
