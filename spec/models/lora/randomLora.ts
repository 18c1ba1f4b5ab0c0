/** The LoRAs of spec/vectors/recipes/loras.py: the same numbers under any of the namings seen in the field. */

import { parametersOf } from '../../../models/graph/parameters';
import { f32ToF16 } from '../../../models/half';
import { encodeSafetensors, type NamedTensor } from '../../../models/safetensorsWriter';
import type { ModelDescription } from '../../../models/sd15';
import { uniform } from '../randomModel';
import layers from './layers.json';

export interface Layer {
  /** Published path, without `.weight`. */
  readonly layer: string;
  /** Its path in LDM's code. */
  readonly ldm: string;
  readonly part: string;
  readonly rank: number;
}

export const LAYERS: readonly Layer[] = layers;

/** How a file names a layer's parts; `alpha` is `undefined` where the naming has none. */
export interface Naming {
  readonly down: (layer: Layer) => string;
  readonly up: (layer: Layer) => string;
  readonly alpha?: (layer: Layer) => string;
}

const kohyaName = ({ part }: Layer, path: string): string =>
  `${part === 'unet' ? 'lora_unet_' : 'lora_te_'}${path.replaceAll('.', '_')}`;

const kohya = (pathOf: (layer: Layer) => string): Naming => ({
  down: (layer) => `${kohyaName(layer, pathOf(layer))}.lora_down.weight`,
  up: (layer) => `${kohyaName(layer, pathOf(layer))}.lora_up.weight`,
  alpha: (layer) => `${kohyaName(layer, pathOf(layer))}.alpha`,
});

const dotted = (down: string, up: string): Naming => ({
  down: ({ part, layer }) => `${part}.${layer}.${down}.weight`,
  up: ({ part, layer }) => `${part}.${layer}.${up}.weight`,
  alpha: ({ part, layer }) => `${part}.${layer}.alpha`,
});

const ATTENTION = /^(.*)\.(to_[qkv]|to_out|[qkv]_proj|out_proj)(\.0)?$/;

/** diffusers' attention processors; layers that are none go by `lora.down`. */
const processors: Naming = {
  down: (layer) => processorKey(layer, 'down'),
  up: (layer) => processorKey(layer, 'up'),
  alpha: ({ part, layer }) => `${part}.${layer}.alpha`,
};

function processorKey({ part, layer }: Layer, role: string): string {
  const [, scope, name] = ATTENTION.exec(layer) ?? [];
  if (scope === undefined) return `${part}.${layer}.lora.${role}.weight`;
  const projection = part === 'unet' ? name! : `to_${name!.replace('_proj', '')}`;
  return `${part}.${scope}.${part === 'unet' ? 'processor.' : ''}${projection}_lora.${role}.weight`;
}

export const NAMINGS: Readonly<Record<string, Naming>> = {
  kohya: kohya(({ layer }) => layer),
  'kohya over LDM names': kohya(({ ldm }) => ldm),
  PEFT: dotted('lora_A', 'lora_B'),
  'PEFT with an adapter': dotted('lora_A.default', 'lora_B.default'),
  'diffusers processors': processors,
};

/** The tensors of the LoRA `name` for `model`. */
export function loraTensors(
  model: ModelDescription,
  name: string,
  naming: Naming,
  alpha: number | null,
): NamedTensor[] {
  const shapes = new Map(
    (['unet', 'text_encoder'] as const).flatMap((stage) =>
      parametersOf(model, stage).map((parameter) => [parameter.name, parameter.shape] as const),
    ),
  );
  return LAYERS.flatMap((layer) => {
    const shape = shapes.get(`${layer.layer}.weight`)!;
    const down = factor(`${name}/${layer.layer}/down`, [layer.rank, ...shape.slice(1)]);
    const up = factor(`${name}/${layer.layer}/up`, [shape[0]!, layer.rank, ...shape.slice(2).map(() => 1)]);
    const tensors = [
      { name: naming.down(layer), ...down },
      { name: naming.up(layer), ...up },
    ];
    return alpha === null ? tensors : [...tensors, { name: naming.alpha!(layer), ...number(alpha) }];
  });
}

export const loraFile = (tensors: readonly NamedTensor[], metadata?: Readonly<Record<string, string>>): Uint8Array =>
  encodeSafetensors(tensors, metadata);

/** A tensor that is one number. */
export const number = (value: number): Omit<NamedTensor, 'name'> => ({
  dtype: 'F32',
  shape: [],
  data: new Uint8Array(Float32Array.of(value).buffer),
});

/** `tensor` of F32 rounded to F16. */
export function halved(tensor: NamedTensor): NamedTensor {
  const values = new Float32Array(tensor.data.slice().buffer);
  return { ...tensor, dtype: 'F16', data: new Uint8Array(f32ToF16(values).buffer) };
}

function factor(key: string, shape: readonly number[]): Omit<NamedTensor, 'name'> {
  const count = shape.reduce((product, size) => product * size, 1);
  return { dtype: 'F32', shape, data: new Uint8Array(uniform(key, count, 0.5, 0).buffer) };
}
