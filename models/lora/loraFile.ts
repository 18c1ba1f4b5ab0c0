/** A LoRA file: low-rank changes of layers (Hu et al. 2021, arXiv 2106.09685, eq. 3), opened without reading them. */
import { bf16ToF32, f16ToF32 } from '../half';
import { openTensors } from '../openTensors';
import { badModel, shown, someTensors, unsupportedModel } from '../refuse';
import type { Safetensors } from '../safetensors';
import type { ByteSource } from '../source';
import { type LoraRole, readLoraKey } from './loraKeys';

/** One layer's change, by the keys of its parts in the file. */
export interface LoraModule {
  /** The layer, as the file calls it. */
  readonly name: string;
  /** `[rank, …]`, from the layer's input. */
  readonly down: string;
  /** `[…, rank]`, to its output. */
  readonly up: string;
  readonly mid?: string;
  readonly alpha?: string;
}

export interface LoraFile {
  readonly tensors: Safetensors;
  readonly modules: readonly LoraModule[];
}

/** Key endings of changes that are not a product of two factors. */
const OTHER_KINDS: readonly (readonly [ending: RegExp, kind: string])[] = [
  [/\.(dora_scale|lora_magnitude_vector(\.\w+)?(\.weight)?)$/, 'DoRA'],
  [/\.hada_(w[12]_[ab]|t[12])$/, 'LoHa'],
  [/\.lokr_(w[12](_[ab])?|t2)$/, 'LoKr'],
  [/\.(diff|diff_b|set_weight)$/, 'a full difference'],
  [/\.(oft_blocks|oft_diag)$/, 'OFT'],
  [/\.on_input$|\.(a1|b1)\.weight$/, 'IA3 or GLoRA'],
];

/** `bad-model` where a factor is missing; `unsupported-model` for other kinds of change, by name. */
export async function openLora(source: ByteSource): Promise<LoraFile> {
  const tensors = await openTensors(source);
  const found = new Map<string, Partial<Record<LoraRole, string>>>();
  const strange: string[] = [];
  for (const key of tensors.names()) {
    const other = OTHER_KINDS.find(([ending]) => ending.test(key));
    if (other) throw unsupportedModel(`${tensors.name}: ${key}`, 'factors lora_down and lora_up', other[1]);
    const read = readLoraKey(key);
    if (read) found.set(read.module, { ...found.get(read.module), [read.role]: key });
    else strange.push(key);
  }
  if (strange.length > 0 || found.size === 0) {
    throw badModel(tensors.name, 'a LoRA, with tensors such as lora_unet_….lora_down.weight', someTensors(strange));
  }
  const modules = [...found].map(([name, { down, up, mid, alpha }]) => {
    if (down === undefined || up === undefined) {
      const missing = down === undefined ? 'lora_down' : 'lora_up';
      throw badModel(`${tensors.name}: ${name}`, 'both factors', `no ${missing}`);
    }
    return { name, down, up, ...(mid === undefined ? {} : { mid }), ...(alpha === undefined ? {} : { alpha }) };
  });
  return { tensors, modules };
}

/**
 * The number alpha of a module (its change is scaled by alpha / rank): a tensor of its own, or in what diffusers writes
 * about its adapters (`lora_adapter_metadata`, diffusers 0.35 and later); `undefined` where the file has neither.
 */
export async function alphaOf({ tensors }: LoraFile, module: LoraModule): Promise<number | undefined> {
  if (module.alpha === undefined) return alphaInMetadata(tensors, module.name);
  const { dtype, shape } = tensors.info(module.alpha)!;
  const bytes = await tensors.read(module.alpha);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const value = shape.every((size) => size === 1) ? numberIn(view, dtype) : undefined;
  if (value !== undefined && Number.isFinite(value)) return value;
  const got = value === undefined ? `${dtype} [${shape}]` : `${value}`;
  throw badModel(`${tensors.name}: ${module.alpha}`, 'one finite number', got);
}

function numberIn(view: DataView, dtype: string): number | undefined {
  if (dtype === 'F32') return view.getFloat32(0, true);
  if (dtype === 'BF16') return bf16ToF32(Uint16Array.of(view.getUint16(0, true)))[0];
  if (dtype === 'F16') return f16ToF32(Uint16Array.of(view.getUint16(0, true)))[0];
  if (dtype === 'I64') return Number(view.getBigInt64(0, true));
  if (dtype === 'I32') return view.getInt32(0, true);
  return undefined;
}

function alphaInMetadata({ name, metadata }: Safetensors, module: string): number | undefined {
  const text = metadata.get('lora_adapter_metadata');
  if (text === undefined) return undefined;
  let json: Record<string, unknown>;
  try {
    json = (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    throw badModel(`${name}: __metadata__.lora_adapter_metadata`, 'JSON', shown(text));
  }
  const network = module.split('.')[0];
  const patterns = Object.entries((json[`${network}.alpha_pattern`] ?? {}) as Record<string, unknown>);
  const alpha = patterns.find(([layer]) => module.endsWith(`.${layer}`))?.[1] ?? json[`${network}.lora_alpha`];
  if (alpha === undefined) return undefined;
  if (typeof alpha === 'number' && Number.isFinite(alpha)) return alpha;
  throw badModel(`${name}: __metadata__.lora_adapter_metadata: ${network}.lora_alpha`, 'a number', shown(alpha));
}
