/**
 * Which weights of a model some LoRAs change, and how: found by their files' headers alone, then read weight by weight.
 * `W + Σ weight · (alpha / rank) · Δ`; without alpha the change is taken as it is (alpha = rank), as by diffusers.
 */
import { isWeightDtype, type WeightDtype } from '../dtype';
import { CodedError } from '../errors';
import { toF32 } from '../floats';
import { badModel } from '../refuse';
import type { ModelDescription } from '../sd15';
import type { ByteSource } from '../source';
import type { Rows } from '../tensorSource';
import { type Magnitude, magnitudeOf, scaledTo } from './dora';
import { firstFew } from './ignored';
import type { Delta, Factor } from './kinds/kind';
import { alphaOf, type LoraFile, type LoraModule, oneNumber, openLora, scaleOf } from './loraFile';
import type { LoraRole } from './loraKeys';
import { isForAnotherNetwork, type LoraTarget, loraTargets } from './loraTargets';

/** A LoRA to merge: `weight` 1 is as it was trained, 0 is without it, below 0 turns it around. */
export interface LoraChoice {
  readonly source: ByteSource;
  readonly weight: number;
  /** The same for the text encoder alone, where that is another. */
  readonly textEncoderWeight?: number;
}

/** One LoRA's change of one weight. */
export interface Change {
  readonly file: LoraFile;
  readonly module: LoraModule;
  readonly target: LoraTarget;
  readonly rank: number | undefined;
  readonly magnitude: Magnitude | undefined;
  /** Not 0. */
  readonly weight: number;
}

/** The networks that LoRAs change. */
export type ChangedStage = LoraTarget['stage'];

export interface LoraChanges {
  /** By the names of the weights, in the order of the LoRAs. */
  readonly of: Readonly<Record<ChangedStage, ReadonlyMap<string, readonly Change[]>>>;
  /** Modules that no layer answers to, as `file: module`. */
  readonly ignored: readonly string[];
}

/**
 * What `loras` change of `model`. A file of which more than half answers to no layer is for another model, and `bad-model`, as
 * is a module whose factors do not fit its layer, by name.
 */
export async function loraChanges(model: ModelDescription, loras: readonly LoraChoice[]): Promise<LoraChanges> {
  const targetOf = loraTargets(model);
  const changes = { unet: new Map<string, Change[]>(), text_encoder: new Map<string, Change[]>() };
  const ignored: string[] = [];
  for (const { source, weight, textEncoderWeight = weight } of loras) {
    for (const each of [weight, textEncoderWeight]) checkWeight(source.name, each);
    const file = await openLora(source);
    const strangers: string[] = [];
    let matched = 0;
    for (const module of file.modules) {
      const target = targetOf(module);
      if (target) {
        const change = changeOf(file, module, target, target.stage === 'unet' ? weight : textEncoderWeight);
        const list = changes[target.stage];
        if (change.weight !== 0) list.set(target.name, [...(list.get(target.name) ?? []), change]);
        matched += 1;
      } else {
        ignored.push(`${source.name}: ${module.name}`);
        if (!isForAnotherNetwork(module.name)) strangers.push(module.name);
      }
    }
    if (strangers.length > matched) {
      const expected = 'layers of a Stable Diffusion 1.x model (is this a LoRA for another?)';
      throw badModel(source.name, expected, firstFew(strangers));
    }
  }
  return { of: changes, ignored };
}

function checkWeight(argument: string, weight: number): void {
  if (Number.isFinite(weight)) return;
  throw new CodedError('bad-argument', { argument, expected: 'a finite weight', got: `${weight}` });
}

/** `bad-model` where the factors do not make a change of `target`. */
function changeOf(file: LoraFile, module: LoraModule, target: LoraTarget, weight: number): Change {
  const { tensors } = file;
  const shapes: Partial<Record<LoraRole, readonly number[]>> = {};
  for (const [role, key] of factorsOf(module)) {
    const { dtype, shape } = tensors.info(key)!;
    if (role !== 'on_input' && !isWeightDtype(dtype))
      throw badModel(`${tensors.name}: ${key}: dtype`, 'a float', dtype);
    shapes[role] = shape;
  }
  const { dora_scale: _, magnitude: __, ...factors } = shapes;
  const fit = module.kind.fit(factors, target.shape);
  if (!fit) {
    const got = Object.values(factors)
      .map((shape) => `[${shape}]`)
      .join(' · ');
    const expected = `factors whose product is [${target.shape}], as ${target.name}`;
    throw badModel(`${tensors.name}: ${module.name}`, expected, got);
  }
  const magnitude = magnitudeOf(shapes, target.shape, (role) => `${tensors.name}: ${module.parts[role]}`);
  return { file, module, target, rank: fit.rank, magnitude, weight };
}

const factorsOf = ({ parts }: LoraModule): [LoraRole, string][] =>
  (Object.entries(parts) as [LoraRole, string][]).filter(([role]) => role !== 'alpha');

/** A change whose numbers are in memory, in its file's own format. */
export interface LoadedChange {
  /** Makes of them what is computed with, in float32. */
  delta(): ScaledDelta;
}

export interface ScaledDelta {
  /** Adds its change of `rows` of a weight to `sum`, which are those rows. */
  add(sum: Float32Array, rows: Rows): void;
  /** It is added to all rows at once. */
  readonly whole: boolean;
}

/** Rejects with `bad-model` where a number is not finite, or alpha is no number. */
export async function loadChange({ file, module, target, rank, magnitude, weight }: Change): Promise<LoadedChange> {
  const scale = rank === undefined ? 1 : await scaleOf(file, module, rank);
  const alpha = module.kind.hasOwnAlpha ? await alphaOf(file, module) : undefined;
  const loaded = await Promise.all(
    factorsOf(module).map(async ([role, key]) => {
      const { dtype, shape } = file.tensors.info(key)!;
      if (!isWeightDtype(dtype)) {
        const number = Float32Array.of(await oneNumber(file.tensors, key));
        return { role, key, shape, dtype: 'F32' as const, bytes: new Uint8Array(number.buffer) };
      }
      // A copy: what was read may be a view of something larger.
      return { role, key, shape, dtype: dtype satisfies WeightDtype, bytes: (await file.tensors.read(key)).slice() };
    }),
  );
  return {
    delta() {
      const parts: Partial<Record<LoraRole, Factor>> = {};
      for (const { role, key, shape, dtype, bytes } of loaded) {
        const data = toF32(dtype, bytes);
        if (!data.every(Number.isFinite))
          throw badModel(`${file.tensors.name}: ${key}`, 'finite numbers', 'infinity or NaN');
        parts[role] = { shape, data };
      }
      const name = `${file.tensors.name}: ${module.name}`;
      const delta = module.kind.delta(parts, { name, alpha, target: target.shape });
      if (!magnitude) return plainly(delta, weight * scale);
      return scaledTo({ ...magnitude, data: parts[magnitude.role]!.data }, delta, scale, weight);
    },
  };
}

const plainly = (delta: Delta, scale: number): ScaledDelta => ({
  add: (sum, rows) => delta.add(sum, rows, scale),
  whole: delta.whole ?? false,
});
