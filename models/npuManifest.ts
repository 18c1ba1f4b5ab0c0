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

/** What a compiler made of one part, for one chip. It is taken by its hashes, and on libraries of its own version alone. */
export interface NpuCompiled {
  /** The part's `context`. */
  readonly context: string;
  readonly chip: string;
  /** Version of Qualcomm's libraries that compiled it, such as 2.51.0. */
  readonly qairt: string;
  /** First the ONNX file around an EPContext node, at `contextPath`, then what it refers to, beside it. */
  readonly files: readonly NpuFile[];
}

/** Where compiled graphs may lie, and for which chips; whoever compiles puts them there and lists them (npuContexts.node.ts). */
export interface NpuContexts {
  /** Beside the manifest. */
  readonly folder: string;
  readonly chips: readonly NpuChip[];
  /** Those that are there. What is not listed is not taken. */
  readonly compiled?: readonly NpuCompiled[];
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

/** Where a part compiled for the chip of this name may lie, relative to the manifest: an ONNX file around an EPContext node. */
export const contextPath = (
  { contexts }: { readonly contexts: Pick<NpuContexts, 'folder'> },
  { context }: Pick<NpuPart, 'context'>,
  chip: string,
): string => `${contexts.folder}/${chip}/${context}`;

/** All files that must be there. */
export const npuFiles = ({ tokenTable, stages }: Pick<NpuManifest, 'tokenTable' | 'stages'>): NpuFile[] => [
  tokenTable,
  ...stages.flatMap(({ parts }) => parts.flatMap(({ graph, weights }) => [graph, weights])),
];
