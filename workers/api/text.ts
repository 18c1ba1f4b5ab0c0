/** How the words of an `ImageRequest` are read. */
import type { PickedFile } from './importing';

/**
 * `plain`: every character is itself, as in diffusers. `a1111`: weights, BREAK, editing and turns as
 * stable-diffusion-webui reads them.
 */
export type PromptStyle = 'plain' | 'a1111';

/** What does not fit into 77 tokens is left out, or goes into further chunks of as many. */
export type LongPrompts = 'cut' | 'chunks';

/** A textual inversion embedding: a .safetensors file, and the word that stands for it in a prompt, in any case. */
export interface Embedding {
  readonly name: string;
  readonly file: PickedFile;
}

export interface TextRequest {
  readonly prompt: string;
  /** What to steer away from; empty by default. */
  readonly negativePrompt: string;
  /** `plain` by default. */
  readonly promptStyle?: PromptStyle;
  /** By default `cut` where the style is `plain`, and `chunks` where it is `a1111`. */
  readonly longPrompts?: LongPrompts;
  /**
   * Layers of the text encoder left out at its end, as diffusers counts: 0 (the default) is what others call 1. With the
   * style `plain` the negative prompt goes through all, as in diffusers; with `a1111` it skips as many.
   */
  readonly clipSkip?: number;
  readonly embeddings?: readonly Embedding[];
}
