/** A LoRA file: changes of layers, opened without reading them. */
import type { WeightDtype } from '../dtype';
import { toF32 } from '../floats';
import { openTensors } from '../openTensors';
import { badModel, shown, someTensors, unsupportedModel } from '../refuse';
import type { Safetensors } from '../safetensors';
import type { ByteSource } from '../source';
import type { Kind, PartsOf } from './kinds/kind';
import { kindOf } from './kinds/kinds';
import { type LoraRole, readLoraKey } from './loraKeys';
import { refuseOtherBase } from './otherModel';

/** The change of one weight, or one bias, by the keys of its parts in the file. */
export interface LoraModule {
  /** The layer, as the file calls it. */
  readonly name: string;
  readonly of: 'weight' | 'bias';
  readonly kind: Kind;
  readonly parts: PartsOf<string>;
}

export interface LoraFile {
  readonly tensors: Safetensors;
  readonly modules: readonly LoraModule[];
}

/** Key endings of changes that nothing here computes. */
const OTHER_KINDS: readonly (readonly [ending: RegExp, kind: string])[] = [
  [/\.(oft_diag|oft_R)(\.|$)/, 'OFT with other blocks'],
  [/\.(ia3_l)(\.|$)/, "PEFT's IA3"],
  [/\.lambda_layer$/, 'T-LoRA'],
  [/\.set_weight$/, 'a whole weight in place of another'],
  [/\.(bora_scale_|dora_scale_)/, 'BoRA'],
];

/**
 * `bad-model` where a part is missing; `unsupported-model` for other kinds of change, by name, and for LoRAs of other
 * models, where they say so themselves.
 */
export async function openLora(source: ByteSource): Promise<LoraFile> {
  const tensors = await openTensors(source);
  refuseOtherBase(tensors);
  const found = new Map<string, Partial<Record<LoraRole, string>>>();
  const strange: string[] = [];
  for (const key of tensors.names()) {
    const other = OTHER_KINDS.find(([ending]) => ending.test(key));
    if (other) throw unsupportedModel(`${tensors.name}: ${key}`, 'a LoRA, or a kind of LyCORIS', other[1]);
    const read = readLoraKey(key, (each) => tensors.info(each) !== undefined);
    if (read) found.set(read.module, { ...found.get(read.module), [read.role]: key });
    else strange.push(key);
  }
  if (strange.length > 0 || found.size === 0) {
    throw badModel(tensors.name, 'a LoRA, with tensors such as lora_unet_….lora_down.weight', someTensors(strange));
  }
  return { tensors, modules: [...found].flatMap(([name, parts]) => modulesOf(tensors.name, name, parts)) };
}

/** Weight and bias of a layer may both be changed. */
function modulesOf(file: string, name: string, { diff_b, ...parts }: PartsOf<string>): LoraModule[] {
  const modules: LoraModule[] = [];
  if (diff_b !== undefined) modules.push({ name, of: 'bias', kind: kindOf('diff_b')!, parts: { diff: diff_b } });
  const kinds = new Set((Object.keys(parts) as LoraRole[]).map(kindOf).filter((kind) => kind !== undefined));
  const [kind, second] = kinds;
  if (second)
    throw badModel(`${file}: ${name}`, 'one kind of change', [...kinds].map((each) => each.name).join(' and '));
  if (!kind) {
    if (modules.length > 0) return modules;
    throw badModel(`${file}: ${name}`, 'factors such as lora_down and lora_up', Object.keys(parts).join(', '));
  }
  const missing = kind.missing(parts);
  if (missing) throw badModel(`${file}: ${name}`, `all factors of ${kind.name}`, `no ${missing}`);
  return [...modules, { name, of: 'weight', kind, parts }];
}

/**
 * What a module's change of `rank` is scaled by: alpha / rank, or of rsLoRA alpha / √rank (Kalajdzievski 2023, arXiv 2312.03732,
 * theorem 3.2). Alpha is a tensor of its own, or in what diffusers writes about its adapters (`lora_adapter_metadata`, diffusers 0.35
 * and later), which alone says rsLoRA; without alpha a change is taken as it is.
 */
export async function scaleOf(file: LoraFile, module: LoraModule, rank: number): Promise<number> {
  const alpha = await alphaOf(file, module);
  if (alpha !== undefined) return alpha / rank;
  const told = toldOf(file.tensors, module.name);
  return told === undefined ? 1 : told.alpha / (told.stable ? Math.sqrt(rank) : rank);
}

/** The number alpha of a module, where it is a tensor. */
export const alphaOf = async ({ tensors }: LoraFile, { parts }: LoraModule): Promise<number | undefined> =>
  parts.alpha === undefined ? undefined : oneNumber(tensors, parts.alpha);

/** The number that the tensor `key` is. */
export async function oneNumber(tensors: Safetensors, key: string): Promise<number> {
  const { dtype, shape } = tensors.info(key)!;
  const bytes = await tensors.read(key);
  const value = shape.every((size) => size === 1) ? numberIn(bytes, dtype) : undefined;
  if (value !== undefined && Number.isFinite(value)) return value;
  const got = value === undefined ? `${dtype} [${shape}]` : `${value}`;
  throw badModel(`${tensors.name}: ${key}`, 'one finite number', got);
}

function numberIn(bytes: Uint8Array, dtype: string): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 'F32' || dtype === 'BF16' || dtype === 'F16') return toF32(dtype satisfies WeightDtype, bytes)[0];
  if (dtype === 'I64') return Number(view.getBigInt64(0, true));
  if (dtype === 'I32') return view.getInt32(0, true);
  return undefined;
}

/** What diffusers' metadata says of a module's scale; `undefined` where it says nothing. */
function toldOf(
  { name, metadata }: Safetensors,
  module: string,
): { readonly alpha: number; readonly stable: boolean } | undefined {
  const text = metadata.get('lora_adapter_metadata');
  if (text === undefined) return undefined;
  let json: Record<string, unknown>;
  try {
    json = (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    throw badModel(`${name}: __metadata__.lora_adapter_metadata`, 'JSON', shown(text));
  }
  const network = module.split('.')[0];
  const stable = json[`${network}.use_rslora`] === true;
  const patterns = Object.entries((json[`${network}.alpha_pattern`] ?? {}) as Record<string, unknown>);
  const alpha = patterns.find(([layer]) => module.endsWith(`.${layer}`))?.[1] ?? json[`${network}.lora_alpha`];
  if (alpha === undefined && !stable) return undefined;
  if (typeof alpha === 'number' && Number.isFinite(alpha)) return { alpha, stable };
  throw badModel(`${name}: __metadata__.lora_adapter_metadata: ${network}.lora_alpha`, 'a number', shown(alpha));
}
