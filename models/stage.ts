/**
 * What the networks of a Stable Diffusion 1.x model look like from outside: the contract between the code that
 * describes them (`models/`) and the code that runs them (`workers/backend`).
 */
import type { FreeU } from './graph/freeu';
import type { ModelDescription } from './sd15';

/** The networks of a model, named after their folders in the diffusers layout; the VAE counts as two. */
export type StageName = 'text_encoder' | 'unet' | 'vae_decoder' | 'vae_encoder';

/**
 * The sizes a graph is built for. Graphs are static: one is written, in milliseconds, for each size drawn.
 * `height` and `width` are those of the latents (pixels / 8); `batch` is 1, or 2 for guidance in one call.
 */
export interface StageSize extends TextSize {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  /** Of the UNet: what it hands out of its deep layers, or is handed in their place. */
  readonly deep?: DeepFeatures;
  /** Of the UNet: scaled as FreeU has it (graph/freeu.ts); not at all where absent. */
  readonly freeu?: FreeU;
  /** Of the UNet: how much of the finest level's tokens is merged for self-attention (graph/tokenMerging.ts); nothing where absent. */
  readonly tokenMergingRatio?: number;
  /** Of the UNet: it takes in what ControlNets have made (graph/controlNet.ts). */
  readonly controlled?: boolean;
  /** Of the UNet: it takes in what T2I-adapters have made (graph/adapter.ts). */
  readonly adapted?: boolean;
  /** Of the UNet: what of pictures its cross-attentions look at besides, one after another (graph/ipAdapter.ts). */
  readonly imageTokens?: readonly ImageTokens[];
}

/** So many tokens of an IP-Adapter, seen everywhere; or, of one picture, where a mask says and as much as it says. */
export type ImageTokens = number | { readonly masked: number };

/**
 * Where a UNet is cut: `branch` counts the skips between its way down and its way up, 0 being the outermost. `made`: it is whole,
 * and `deep_features` comes out besides; `given`: they come in, and only what lies outside of the cut is computed.
 */
export interface DeepFeatures {
  readonly branch: number;
  readonly from: 'made' | 'given';
}

/** What of a size follows from how a prompt is written; whatever is absent is as diffusers has it. */
export interface TextSize {
  /** Hidden states that the UNet looks at, 77 by default: a multiple of that for a prompt in several chunks. */
  readonly tokens?: number;
  /** Of the text encoder: how many of its last layers `skipped_states` leave out; there are none where it is 0, the default. */
  readonly clipSkip?: number;
  /** The text encoder takes `token_embeddings` in the place of `input_ids`: rows of its table, or others. */
  readonly embedded?: boolean;
}

/** One stored tensor of a stage's weights file. Offsets are multiples of 64 bytes. */
export interface PackedTensor {
  /** The name the graph asks for: the checkpoint's key, or that key with a suffix for a changed layout (quantize/plan.ts). */
  readonly name: string;
  readonly dtype: 'F32' | 'F16' | 'I8' | 'U8';
  readonly shape: readonly number[];
  readonly offset: number;
  readonly bytes: number;
}

/**
 * A stage's weights file, read by slices: whoever computes copies each tensor to where it belongs, and nobody holds all
 * of them besides. Reads are synchronous because ONNX Runtime asks in the middle of a call into WebAssembly.
 */
export interface StageWeights {
  /** Length of the file. */
  readonly bytes: number;
  /**
   * The bytes `[begin, end)`, valid until the next read. A tensor should be asked for once: its bytes may be given up
   * for good with the read. Throws `corrupt-store` where they are gone, `bad-argument` outside the file.
   */
  read(begin: number, end: number): Uint8Array;
  /**
   * Where present, must be awaited before each reading of `tensors`, and is what makes them readable, once more if they
   * were read before: for weights that cannot lie in memory all at once.
   */
  prepare?(tensors: readonly Pick<PackedTensor, 'offset' | 'bytes'>[]): Promise<void>;
  /** Gives back what is held. Reading is over. */
  close(): void;
}

/** What a network is, for who computes it without a graph: described for a size, over the tensors of its weights file. */
export interface StageNetwork {
  readonly description: ModelDescription;
  readonly stage: StageName;
  readonly size: StageSize;
  readonly tensors: readonly PackedTensor[];
}

/** A network ready to be opened by a backend: an ONNX graph whose initializers lie in `weights`. */
export interface StageFile {
  readonly name: StageName;
  /** The serialized ONNX ModelProto; may be written when it is first asked for. */
  readonly graph: Uint8Array;
  /** The network that it is the graph of, where that is at hand. */
  readonly network?: StageNetwork;
  /** The external data. Whoever was handed the file closes it. */
  readonly weights: StageWeights;
  /** The file name by which the graph refers to them, `weights` by default. */
  readonly weightsFile?: string;
}

/** A part of a network. Values cross from part to part as `[B, C, H, W]` or `[B, T, C]`, by the names given here. */
export interface StageSegment {
  /** As `StageFile.graph`, over the same weights file, which it calls `weights`. */
  readonly graph: Uint8Array;
  /** Inputs of the network, or outputs of earlier segments. */
  readonly inputs: readonly string[];
  /** What later segments need; of the last one, the network's outputs. */
  readonly outputs: readonly string[];
  /** What it reads of the weights file. */
  readonly tensors: readonly PackedTensor[];
}

/** A network to be opened, run and closed segment by segment. Whoever was handed it closes the weights. */
export interface SegmentedFile {
  readonly name: StageName;
  readonly segments: readonly StageSegment[];
  readonly weights: StageWeights;
}

/*
 * Inputs and outputs of the graphs (batch B, latents H × W, pixels 8H × 8W, D = cross_attention_dim; T = 77 tokens, of the
 * UNet a multiple of 77):
 *
 *   text_encoder  input_ids            int32   [B, T]      (or token_embeddings float32 [B, T, D])
 *              -> hidden_states        float32 [B, T, D]   (the last layer's, after the final layer norm)
 *                 skipped_states       float32 [B, T, D]   (the same of an earlier layer, with `clipSkip` alone)
 *   unet          sample               float32 [B, C, H, W]
 *                 timestep             float32 [1]
 *                 encoder_hidden_states float32 [B, T, D]
 *                (deep_features        float32, with `deep` that is `given`)
 *                (image_keys_A.S, image_values_A.S float32 [B, N, C], with `imageTokens`: of its place A and cross-attention S)
 *                (image_mask_A.S       float32 [B, H·W, 1], where these are masked; of S's own height and width)
 *                 timestep_cond        float32 [1, G]      (of models with `timeCondProjDim` G alone)
 *              -> noise                float32 [B, C, H, W]
 *                (deep_features        float32, with `deep` that is `made`)
 *   vae_decoder   latents              float32 [B, 4, H, W]  (already divided by scaling_factor)
 *              -> image                float32 [B, 3, 8H, 8W], nominally in [-1, 1]
 *   vae_encoder   image                float32 [B, 3, 8H, 8W] in [-1, 1]
 *              -> moments              float32 [B, 8, H, W]  (mean, then log-variance)
 *                 or, of a tiny VAE, latents float32 [B, 4, H, W]  (to be multiplied by its scaling factor)
 */
