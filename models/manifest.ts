/**
 * What is stored of a converted model besides the weights: enough to build every graph, for any size, in
 * milliseconds. One manifest, and one blob of weights for each stage.
 */
import { elementCount } from './dtype';
import { KERNEL_BLOCK, keyOf } from './quantize/plan';
import { WEIGHT_FORMS, type WeightForm } from './quantize/weightForm';
import { badModel, shown, unsupportedModel } from './refuse';
import type { ModelDescription } from './sd15';
import type { PackedTensor, StageName } from './stage';

export const MANIFEST_FORMAT = 'pocket-diffusion';
/** 2: kernels are stored as taps; int8 and int4. */
export const MANIFEST_VERSION = 2;
/** The same with kernels in four bits and steps (quantize/plan.ts): only where there are some, for what knows no others reads 2. */
export const FOLDED_VERSION = 3;

/** Offsets of packed tensors are multiples of this many bytes. */
export const ALIGNMENT_BYTES = 64;

/** The first such offset that is not before `offset`. */
export const aligned = (offset: number): number => Math.ceil(offset / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;

const ELEMENT_BYTES: Readonly<Record<PackedTensor['dtype'], number>> = { F32: 4, F16: 2, I8: 1, U8: 1 };

/** Bytes of a packed tensor's element; of four-bit weights, two share one. */
export const packedElementBytes = (dtype: PackedTensor['dtype']): number => ELEMENT_BYTES[dtype];

export const STAGE_NAMES = [
  'text_encoder',
  'unet',
  'vae_decoder',
  'vae_encoder',
] as const satisfies readonly StageName[];

/** The contents of the `tokenizer` folder. */
export interface TokenizerFiles {
  /** `vocab.json`: token to id. */
  readonly vocab: Readonly<Record<string, number>>;
  /** `merges.txt`, whole. */
  readonly merges: string;
}

/** A stage's weights: the length of its blob, and what lies where in it. */
export interface StageManifest {
  readonly bytes: number;
  readonly tensors: readonly PackedTensor[];
}

export interface Manifest {
  readonly format: typeof MANIFEST_FORMAT;
  readonly version: typeof MANIFEST_VERSION | typeof FOLDED_VERSION;
  /** In which numbers the weights are stored. */
  readonly weights: WeightForm;
  readonly description: ModelDescription;
  readonly tokenizer: TokenizerFiles;
  readonly stages: Readonly<Record<StageName, StageManifest>>;
}

/** What the `manifest.json` of a folder holds. */
export interface FolderManifest extends Manifest {
  /** SHA-256 of each weights file, 64 hexadecimal digits. */
  readonly sha256: Readonly<Record<StageName, string>>;
}

/**
 * `json` as a manifest. `unsupported-model` where it is of another format or version, `bad-model` where a stage is
 * missing or its tensors overlap, are misaligned, or reach beyond the blob.
 */
export function checkManifest(json: unknown): Manifest {
  const manifest = object('manifest', json) as Partial<Manifest>;
  if (manifest.format !== MANIFEST_FORMAT)
    throw unsupportedModel('manifest: format', MANIFEST_FORMAT, shown(manifest.format));
  if (manifest.version !== MANIFEST_VERSION && manifest.version !== FOLDED_VERSION) {
    throw unsupportedModel('manifest: version', `${MANIFEST_VERSION} or ${FOLDED_VERSION}`, shown(manifest.version));
  }
  if (!WEIGHT_FORMS.some((form) => form === manifest.weights)) {
    throw badModel('manifest: weights', `one of ${WEIGHT_FORMS.join(', ')}`, shown(manifest.weights));
  }
  for (const part of ['textEncoder', 'unet', 'vae', 'scheduler']) {
    object(
      `manifest: description.${part}`,
      (object('manifest: description', manifest.description) as Record<string, unknown>)[part],
    );
  }
  const tokenizer = object('manifest: tokenizer', manifest.tokenizer) as Partial<TokenizerFiles>;
  object('manifest: tokenizer.vocab', tokenizer.vocab);
  if (typeof tokenizer.merges !== 'string')
    throw badModel('manifest: tokenizer.merges', 'a string', shown(tokenizer.merges));
  const stages = object('manifest: stages', manifest.stages) as Partial<Record<StageName, unknown>>;
  for (const name of STAGE_NAMES) checkStage(`manifest: stages.${name}`, stages[name]);
  return manifest as Manifest;
}

function checkStage(argument: string, json: unknown): void {
  const { bytes, tensors } = object(argument, json) as Partial<StageManifest>;
  if (elementCount([bytes]) === undefined) throw badModel(`${argument}.bytes`, 'a number of bytes', shown(bytes));
  if (!Array.isArray(tensors)) throw badModel(`${argument}.tensors`, 'a list', shown(tensors));
  let reached = 0;
  for (const tensor of tensors as readonly unknown[]) reached = checkTensor(argument, tensor, reached);
  for (const [i, tensor] of (tensors as readonly PackedTensor[]).entries())
    checkFolded(argument, tensor, tensors[i - 1]);
  if (reached > bytes!)
    throw badModel(`${argument}.bytes`, `at least ${reached}, where the last tensor ends`, `${bytes}`);
}

/** Returns the end of the tensor. */
function checkTensor(stage: string, json: unknown, reached: number): number {
  const { name, dtype, shape, offset, bytes } = object(`${stage}.tensors`, json) as Partial<PackedTensor>;
  const argument = `${stage}.tensors: ${shown(name)}`;
  if (typeof name !== 'string') throw badModel(argument, 'a name', shown(name));
  if (!Object.hasOwn(ELEMENT_BYTES, String(dtype))) {
    throw badModel(`${argument}: dtype`, Object.keys(ELEMENT_BYTES).join(', '), shown(dtype));
  }
  const count = Array.isArray(shape) ? elementCount(shape) : undefined;
  if (count === undefined) throw badModel(`${argument}: shape`, 'a list of sizes', shown(shape));
  if (elementCount([offset]) === undefined || offset! % ALIGNMENT_BYTES !== 0 || offset! < reached) {
    throw badModel(`${argument}: offset`, `a multiple of ${ALIGNMENT_BYTES} from ${reached}`, shown(offset));
  }
  const expected = count * packedElementBytes(dtype!);
  if (bytes !== expected) throw badModel(`${argument}: bytes`, `${expected}`, shown(bytes));
  return offset! + expected;
}

/** Nibbles stand behind their steps, two bytes and more for each. */
function checkFolded(stage: string, { name, shape }: PackedTensor, before: PackedTensor | undefined): void {
  const { key, layout } = keyOf(name);
  if (layout !== 'nibbles') return;
  const steps = before?.name === `${key}/steps` ? before : undefined;
  const [rows, blocks] = steps?.shape ?? [];
  if (steps && shape.length === 2 && shape[0] === rows && shape[1] === BYTES_OF_STEP * blocks!) return;
  const expected = `${key}/steps before it, one for each ${BYTES_OF_STEP} bytes`;
  throw badModel(`${stage}.tensors: ${name}`, expected, steps ? `[${steps.shape}]` : 'none');
}

/** Two numbers in each. */
const BYTES_OF_STEP = KERNEL_BLOCK / 2;

function object(argument: string, json: unknown): object {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw badModel(argument, 'an object', shown(json));
  return json;
}
