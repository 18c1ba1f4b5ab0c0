/**
 * What the networks of a Stable Diffusion 1.x model look like from outside: the contract between the code that
 * describes them (`models/`) and the code that runs them (`workers/backend`).
 */

/** The networks of a model, named after their folders in the diffusers layout; the VAE counts as two. */
export type StageName = 'text_encoder' | 'unet' | 'vae_decoder' | 'vae_encoder';

/**
 * The sizes a graph is built for. Graphs are static: one is written, in milliseconds, for each size drawn.
 * `height` and `width` are those of the latents (pixels / 8); `batch` is 1, or 2 for guidance in one call.
 */
export interface StageSize {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
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
  /** Gives back what is held. Reading is over. */
  close(): void;
}

/** A network ready to be opened by a backend: an ONNX graph whose initializers lie in `weights`. */
export interface StageFile {
  readonly name: StageName;
  /** The serialized ONNX ModelProto; its external data refer to the file name `weights`. */
  readonly graph: Uint8Array;
  /** The external data. Whoever was handed the file closes it. */
  readonly weights: StageWeights;
}

/*
 * Inputs and outputs of the graphs (batch B, latents H × W, pixels 8H × 8W, T = 77 tokens, D = cross_attention_dim):
 *
 *   text_encoder  input_ids            int32   [B, T]
 *              -> hidden_states        float32 [B, T, D]   (last hidden state after the final layer norm)
 *   unet          sample               float32 [B, C, H, W]
 *                 timestep             float32 [1]
 *                 encoder_hidden_states float32 [B, T, D]
 *              -> noise                float32 [B, C, H, W]
 *   vae_decoder   latents              float32 [B, 4, H, W]  (already divided by scaling_factor)
 *              -> image                float32 [B, 3, 8H, 8W], nominally in [-1, 1]
 *   vae_encoder   image                float32 [B, 3, 8H, 8W] in [-1, 1]
 *              -> moments              float32 [B, 8, H, W]  (mean, then log-variance)
 */
