/**
 * A checkpoint with LoRAs merged into its weights as they are read: `W + Σ weight · (alpha / rank) · up · down` in f32,
 * rounded once to the checkpoint's own dtype. Without alpha the change is taken as it is (alpha = rank), as by diffusers.
 */
import type { Checkpoint } from '../checkpoint';
import { elementCount, isWeightDtype, type WeightDtype } from '../dtype';
import { CodedError } from '../errors';
import { fromF32, toF32 } from '../floats';
import { badModel } from '../refuse';
import type { ByteSource } from '../source';
import type { Rows, TensorSource } from '../tensorSource';
import { firstFew } from './ignored';
import { alphaOf, type LoraFile, type LoraModule, openLora } from './loraFile';
import { isForAnotherNetwork, type LoraTarget, loraTargets } from './loraTargets';
import { addProduct, type Factors, throughMiddle } from './merge';

/** A LoRA to merge: `weight` 1 is as it was trained, 0 is without it, below 0 turns it around. */
export interface LoraChoice {
  readonly source: ByteSource;
  readonly weight: number;
}

/** One LoRA's change of one weight. */
interface Change {
  readonly file: LoraFile;
  readonly module: LoraModule;
  readonly rank: number;
  readonly weight: number;
}

/**
 * `checkpoint` with `loras`. Modules that no layer answers to are listed in `ignored`; a file of which that is true of
 * more than half is for another model, and `bad-model`, as is a module whose factors do not fit its layer, by name.
 */
export async function withLoras(checkpoint: Checkpoint, loras: readonly LoraChoice[]): Promise<Checkpoint> {
  if (loras.length === 0) return checkpoint;
  const targetOf = loraTargets(checkpoint.description);
  const changes = { unet: new Map<string, Change[]>(), text_encoder: new Map<string, Change[]>() };
  const ignored: string[] = [];
  for (const { source, weight } of loras) {
    if (!Number.isFinite(weight)) {
      throw new CodedError('bad-argument', { argument: source.name, expected: 'a finite weight', got: `${weight}` });
    }
    const file = await openLora(source);
    const strangers: string[] = [];
    let matched = 0;
    for (const module of file.modules) {
      const target = targetOf(module.name);
      if (target) {
        const change = { file, module, rank: checkedRank(file.tensors, module, target), weight };
        const list = changes[target.stage];
        list.set(target.name, [...(list.get(target.name) ?? []), change]);
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
  const unet = merging(checkpoint.weights('unet'), changes.unet);
  const textEncoder = merging(checkpoint.weights('text_encoder'), changes.text_encoder);
  return {
    ...checkpoint,
    ignored: [...(checkpoint.ignored ?? []), ...ignored],
    weights: (stage) => (stage === 'unet' ? unet : stage === 'text_encoder' ? textEncoder : checkpoint.weights(stage)),
  };
}

function merging(base: TensorSource, changes: ReadonlyMap<string, readonly Change[]>): TensorSource {
  // A large weight is asked for some rows at a time, and each time its factors are wanted whole.
  let last: { readonly name: string; readonly products: Promise<Product[]> } | undefined;
  const productsFor = (name: string, merged: readonly Change[]): Promise<Product[]> => {
    if (last?.name !== name) last = { name, products: Promise.all(merged.map(productOf)) };
    return last.products;
  };
  return {
    ...base,
    async read(name, rows) {
      const bytes = await base.read(name, rows);
      const merged = changes.get(name)?.filter(({ weight }) => weight !== 0) ?? [];
      if (merged.length === 0) return bytes;
      const dtype = base.info(name)!.dtype as WeightDtype;
      const values = toF32(dtype, bytes);
      // What was read may be the source's own memory.
      const sum = dtype === 'F32' ? values.slice() : values;
      for (const { factors, scale } of await productsFor(name, merged)) {
        addProduct(sum, rows ? rowsOf(factors, rows) : factors, scale);
      }
      return fromF32(dtype, sum);
    },
  };
}

/** What is added to a weight: `scale · up · down`. */
interface Product {
  readonly factors: Factors;
  readonly scale: number;
}

const rowsOf = ({ up, down, rank }: Factors, { begin, end }: Rows): Factors => ({
  up: up.subarray(begin * rank, end * rank),
  down,
  rank,
});

async function productOf({ file, module, rank, weight }: Change): Promise<Product> {
  const alpha = (await alphaOf(file, module)) ?? rank;
  const read = async (key: string): Promise<Float32Array> =>
    toF32(file.tensors.info(key)!.dtype as WeightDtype, await file.tensors.read(key));
  const up = await read(module.up);
  const down = await read(module.down);
  const inner = file.tensors.info(module.down)!.shape[0]!;
  const factors: Factors = {
    up,
    down: module.mid === undefined ? down : throughMiddle(await read(module.mid), down, rank, inner),
    rank,
  };
  return { factors, scale: (weight * alpha) / rank };
}

/** The rank of a module whose factors fit `target`; `bad-model` where they do not. */
function checkedRank(tensors: TensorSource, { name, down, up, mid }: LoraModule, target: LoraTarget): number {
  const shapes = [up, ...(mid === undefined ? [] : [mid]), down].map((key) => {
    const { dtype, shape } = tensors.info(key)!;
    if (!isWeightDtype(dtype)) throw badModel(`${tensors.name}: ${key}: dtype`, 'a float', dtype);
    return shape;
  });
  const [rows, ...rest] = target.shape;
  const width = elementCount(rest)!;
  const rank = shapes[0]![1] ?? 0;
  const fits = mid === undefined ? fitsTwo(shapes, rows!, rank, width) : fitsThree(shapes, rows!, rank, rest);
  if (rank > 0 && fits) return rank;
  const got = shapes.map((shape) => `[${shape}]`).join(' · ');
  throw badModel(`${tensors.name}: ${name}`, `factors whose product is [${target.shape}], as ${target.name}`, got);
}

/** `up` `[rows, rank]` and `down` `[rank, width]`, whatever sizes of 1 and of a kernel follow. */
const fitsTwo = ([up, down]: readonly (readonly number[])[], rows: number, rank: number, width: number): boolean =>
  up![0] === rows && elementCount(up!) === rows * rank && down![0] === rank && elementCount(down!) === rank * width;

/** `up` `[rows, rank]`, `mid` `[rank, inner, k, k]` and `down` `[inner, inputs]`. */
function fitsThree(
  [up, mid, down]: readonly (readonly number[])[],
  rows: number,
  rank: number,
  [inputs, ...kernel]: readonly number[],
): boolean {
  const inner = mid![1];
  return (
    elementCount(up!) === rows * rank &&
    `${mid}` === `${[rank, inner, ...kernel]}` &&
    down![0] === inner &&
    elementCount(down!) === inner! * inputs!
  );
}
