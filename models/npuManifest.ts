/**
 * What `npu.json` says of a model's networks in the form for NPUs: which files they are, for which sizes, what goes in and
 * comes out, where compiled graphs lie, and how it all came about. `npuManifestCheck.ts` proves one that was read.
 */
import type { WeightDtype } from './dtype';
import type { TokenizerFiles } from './manifest';
import type { NpuChip } from './npuChips';
import type { SizeBudget } from './quantize/sizeBudget';
import type { ModelDescription } from './sd15';
import type { StageName } from './stage';

export const NPU_FORMAT = 'pocket-diffusion-npu';
/** 2: networks in parts, what goes in and out with shapes, a text encoder for every size. */
export const NPU_VERSION = 2;

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

/** A tensor that goes in or comes out; what stands in it: `graph/qnn/qnnLayers.ts`. */
export interface NpuPort {
  readonly name: string;
  readonly dtype: 'float32';
  readonly shape: readonly number[];
}

/** One graph. */
export interface NpuPart {
  /** The network's, or, by the same names, what earlier parts hand out. */
  readonly inputs: readonly NpuPort[];
  readonly outputs: readonly NpuPort[];
  /** ONNX, opset 21; its external data refer to the base name of `weights`. */
  readonly graph: NpuFile;
  readonly weights: NpuFile;
  /** The name of what a compiler makes of it, the same as long as the graph and its weights are: `contextPath`. */
  readonly context: string;
}

/** One network, in one size. */
export interface NpuStage {
  readonly stage: StageName;
  /** Pixels; the text encoder, which reads alike for every size, has none. */
  readonly width?: number;
  readonly height?: number;
  /** Of a network that is cut to be compiled in less memory, in the order they are run in; else one. */
  readonly parts: readonly NpuPart[];
}

/** Where compiled graphs may lie, and for which chips; whoever compiles puts them there. */
export interface NpuContexts {
  /** Beside the manifest. */
  readonly folder: string;
  readonly chips: readonly NpuChip[];
}

export interface NpuManifest {
  readonly format: typeof NPU_FORMAT;
  readonly version: typeof NPU_VERSION;
  /** Of the same integers for the other backends, `manifest.json` beside this one (contentId.ts); absent in older ones. */
  readonly id?: string;
  readonly name: string;
  readonly precision: NpuPrecision;
  /** How it was made, for people. */
  readonly made: string;
  readonly description: ModelDescription;
  readonly tokenizer: TokenizerFiles;
  /** The token embeddings, `[vocabulary, width]` row by row: what the text encoder's graph begins behind. */
  readonly tokenTable: NpuFile & { readonly dtype: WeightDtype };
  readonly contexts: NpuContexts;
  /** Of networks in mixed bits, what their weights were to take and take. */
  readonly budgets?: readonly SizeBudget[];
  /** The text encoder once, every other network in every size. */
  readonly stages: readonly NpuStage[];
}

/** Where `part` compiled for the chip of this name may lie, relative to the manifest: an ONNX file around an EPContext node. */
export const contextPath = ({ contexts }: Pick<NpuManifest, 'contexts'>, { context }: NpuPart, chip: string): string =>
  `${contexts.folder}/${chip}/${context}`;

/** All files that must be there. */
export const npuFiles = ({ tokenTable, stages }: Pick<NpuManifest, 'tokenTable' | 'stages'>): NpuFile[] => [
  tokenTable,
  ...stages.flatMap(({ parts }) => parts.flatMap(({ graph, weights }) => [graph, weights])),
];
