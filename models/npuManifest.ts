/**
 * What `npu.json` says of a model's networks in the form for NPUs: which files they are, for which sizes, and how they
 * came about. The app compiles each graph for its chip when it is first asked for, and keeps the result by the hashes.
 */
import { elementCount, isWeightDtype, type WeightDtype } from './dtype';
import { STAGE_NAMES, type TokenizerFiles } from './manifest';
import { badModel, shown, unsupportedModel } from './refuse';
import type { ModelDescription } from './sd15';
import type { StageName } from './stage';

export const NPU_FORMAT = 'pocket-diffusion-npu';
export const NPU_VERSION = 1;

/** Bits of weights, then of activations; `w4a16` has eight where four would be seen. */
export const NPU_PRECISIONS = ['w8a16', 'w8a8', 'w4a16'] as const;
export type NpuPrecision = (typeof NPU_PRECISIONS)[number];

export interface NpuFile {
  /** Relative to the manifest, with `/` between the parts. */
  readonly path: string;
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** One network in one size. */
export interface NpuStage {
  readonly stage: StageName;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Names of the graph's inputs and outputs, float32; what stands in them: `graph/qnn/qnnLayers.ts`. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** ONNX, opset 21; its external data refer to the base name of `weights`. */
  readonly graph: NpuFile;
  readonly weights: NpuFile;
}

export interface NpuManifest {
  readonly format: typeof NPU_FORMAT;
  readonly version: typeof NPU_VERSION;
  readonly name: string;
  readonly precision: NpuPrecision;
  /** How it was made, for people. */
  readonly made: string;
  readonly description: ModelDescription;
  readonly tokenizer: TokenizerFiles;
  /** The token embeddings, `[vocabulary, width]` row by row: what the text encoder's graph begins behind. */
  readonly tokenTable: NpuFile & { readonly dtype: WeightDtype };
  readonly stages: readonly NpuStage[];
}

/**
 * `json` as a manifest. `unsupported-model` where it is of another format or version, `bad-model` where a network or a
 * file of it is not as it must be.
 */
export function checkNpuManifest(json: unknown): NpuManifest {
  const manifest = object('npu.json', json) as Partial<NpuManifest>;
  if (manifest.format !== NPU_FORMAT) throw unsupportedModel('npu.json: format', NPU_FORMAT, shown(manifest.format));
  if (manifest.version !== NPU_VERSION)
    throw unsupportedModel('npu.json: version', `${NPU_VERSION}`, shown(manifest.version));
  if (!NPU_PRECISIONS.some((precision) => precision === manifest.precision))
    throw unsupportedModel('npu.json: precision', `one of ${NPU_PRECISIONS.join(', ')}`, shown(manifest.precision));
  object('npu.json: description', manifest.description);
  object('npu.json: tokenizer', manifest.tokenizer);
  checkFile('npu.json: tokenTable', manifest.tokenTable);
  const { dtype } = manifest.tokenTable!;
  if (!isWeightDtype(dtype)) throw badModel('npu.json: tokenTable.dtype', 'F32, F16 or BF16', shown(dtype));
  if (!Array.isArray(manifest.stages)) throw badModel('npu.json: stages', 'a list', shown(manifest.stages));
  for (const [i, stage] of (manifest.stages as readonly unknown[]).entries())
    checkStage(`npu.json: stages.${i}`, stage);
  return manifest as NpuManifest;
}

function checkStage(argument: string, json: unknown): void {
  const { stage, width, height, inputs, outputs, graph, weights } = object(argument, json) as Partial<NpuStage>;
  if (!STAGE_NAMES.some((name) => name === stage))
    throw badModel(`${argument}.stage`, `one of ${STAGE_NAMES.join(', ')}`, shown(stage));
  for (const [side, pixels] of Object.entries({ width, height })) {
    if (elementCount([pixels]) === undefined || pixels! % 8 !== 0 || pixels! === 0)
      throw badModel(`${argument}.${side}`, 'a multiple of 8', shown(pixels));
  }
  for (const [ports, names] of Object.entries({ inputs, outputs })) {
    if (!Array.isArray(names) || names.some((name) => typeof name !== 'string'))
      throw badModel(`${argument}.${ports}`, 'a list of names', shown(names));
  }
  checkFile(`${argument}.graph`, graph);
  checkFile(`${argument}.weights`, weights);
}

/** A path must not leave the manifest's folder. */
function checkFile(argument: string, json: unknown): void {
  const { path, bytes, sha256 } = object(argument, json) as Partial<NpuFile>;
  const parts = typeof path === 'string' ? path.split('/') : [''];
  if (parts.some((part) => part === '' || part === '..' || part === '.' || part.includes('\\')))
    throw badModel(`${argument}.path`, 'a path below the manifest', shown(path));
  if (elementCount([bytes]) === undefined) throw badModel(`${argument}.bytes`, 'a number of bytes', shown(bytes));
  if (!/^[0-9a-f]{64}$/.test(String(sha256))) throw badModel(`${argument}.sha256`, '64 digits', shown(sha256));
}

function object(argument: string, json: unknown): object {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw badModel(argument, 'an object', shown(json));
  return json;
}
