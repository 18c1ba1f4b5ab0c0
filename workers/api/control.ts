/** What steers a picture by other pictures, ControlNets and T2I-adapters, and the shelf that they share with IP-Adapters: the part of an `ImageRequest` that no file of settings holds whole. */
import type { InitImage } from './images';
import type { PickedFile } from './importing';

export interface ChosenControl {
  /** Of the ControlNet or T2I-adapter, as whoever opened it calls it; on the page, by its name on the shelf. */
  readonly name: string;
  /** What it is to follow, of any size: edges, depths, a pose. It is brought to the size that is drawn. */
  readonly image: InitImage;
  /** What is made of `image` before it is followed, edges at the size that is drawn; as it is where absent. */
  readonly preprocess?: ControlPreprocess;
  /** What its picture is called, without a path: for whoever wants to draw it again, and has to give it once more. */
  readonly imageName?: string;
  /** By what it is known under another name (`ControlSummary.hash`); for the same. */
  readonly hash?: string;
  /** How much it counts, in [0, 10]; 1 by default. diffusers' `controlnet_conditioning_scale`, stable-diffusion-webui's "weight". */
  readonly weight?: number;
  /**
   * In which part of the network's calls, fractions in [0, 1]: from the first that begins at `start` or later to the last that ends by `end`;
   * all by default. diffusers' `control_guidance_start` and `control_guidance_end`.
   */
  readonly start?: number;
  readonly end?: number;
}

/**
 * `invert`: the negative. `canny`: white edges on black; thresholds as OpenCV's, `low` not above `high`, slopes going up to 2040. `color`: a color
 * for each square of about 64 pixels.
 */
export type ControlPreprocess =
  | { readonly type: 'invert' }
  | { readonly type: 'color' }
  | { readonly type: 'canny'; readonly low: number; readonly high: number };

export interface ControlRequest {
  /** What they make is added up. */
  readonly controls?: readonly ChosenControl[];
  /**
   * Steers the passes with the prompt alone, the less the finer: for prompts that say little. diffusers' `guess_mode`. Not with `one-call`.
   */
  readonly controlGuess?: boolean;
}

/** What an IP-Adapter sees of a picture, made by an image encoder: `image_embeds`, of the whole of it, or `hidden_states`, of every patch. */
export type ImageFeatures = 'image_embeds' | 'hidden_states';

/** What the page may know of a ControlNet, a T2I-adapter, an IP-Adapter or an image encoder that is kept on the device. */
export interface ControlSummary {
  /** SHA-256 of the file, 64 hexadecimal digits. */
  readonly id: string;
  /** As `ChosenControl.name`, `ChosenIpAdapter.name` and `ChosenIpAdapter.encoder` call it; no two have the same. */
  readonly name: string;
  readonly bytes: number;
  /** The first 12 digits of `id`. */
  readonly hash: string;
  readonly kind: 'controlnet' | 'adapter' | 'ip-adapter' | 'image-encoder';
  /** What its folder or its first name told, under whatever name it is now: `pooled` and `masked` of `ControlNet`. */
  readonly pooled?: boolean;
  readonly masked?: boolean;
  /** Of an IP-Adapter, what it sees, and how wide that is. */
  readonly sees?: { readonly features: ImageFeatures; readonly width: number };
  /** Of an image encoder, how wide it makes each. */
  readonly makes?: Readonly<Record<ImageFeatures, number>>;
}

/** Of the engine, what minds them. */
export interface ControlShelfApi {
  /** Those that are kept on the device, by name. */
  controls(): Promise<readonly ControlSummary[]>;
  /**
   * Keeps one, out of its file or the folder of it that diffusers or transformers wrote; one that is here already stays as it is. Rejects with `bad-model`, or
   * `unsupported-model` where it is for another model than Stable Diffusion 1.x or steers in another way, and `storage-full`. Where
   * the stored model of id `beside` is of its base, it is held against that: what lacks a tensor is `bad-model`, too.
   */
  importControl(files: readonly PickedFile[], beside?: string): Promise<ControlSummary>;
  /** Gives one another name, of 1 to 200 characters without `<`, `>` and `:`. Rejects with `bad-argument`, also where it is taken. */
  renameControl(id: string, name: string): Promise<ControlSummary>;
  deleteControl(id: string): Promise<void>;
}
