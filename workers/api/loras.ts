/** LoRAs that a picture is drawn with: the part of an `ImageRequest` that changes the model's weights while they are read. */
import type { PickedFile } from './importing';

/** A LoRA by its name on the shelf of who draws: the page's, or the files that the command was told of. */
export interface ChosenLora {
  readonly name: string;
  /** 1 is as it was trained, 0 without it, below 0 turned around; in [-10, 10]. */
  readonly weight: number;
  /** The same for the text encoder alone, where that is another. */
  readonly textEncoderWeight?: number;
}

export interface LoraRequest {
  /**
   * Added in this order, before those that a prompt in the style `a1111` names: `<lora:name:0.8>`. A name that nobody has is
   * `bad-argument`.
   */
  readonly loras?: readonly ChosenLora[];
}

/** What the page may know of a LoRA that is kept on the device. */
export interface LoraSummary {
  /** SHA-256 of the file, 64 hexadecimal digits. */
  readonly id: string;
  /** As `ChosenLora.name` and `<lora:name>` call it; no two have the same. */
  readonly name: string;
  readonly bytes: number;
  /** What other programs know it by ("AutoV3"): the SHA-256 of all behind the file's header, its first 12 digits. */
  readonly hash: string;
}

/** Of the engine, what minds the LoRAs on the device. */
export interface LoraShelfApi {
  /** LoRAs that are kept on the device, by name. */
  loras(): Promise<readonly LoraSummary[]>;
  /**
   * Keeps a LoRA; one that is here already stays as it is. Rejects with `bad-model`, or `unsupported-model` where it is for
   * another model than Stable Diffusion 1.x, and `storage-full`.
   */
  importLora(file: PickedFile): Promise<LoraSummary>;
  /** Gives a LoRA another name, of 1 to 200 characters without `<`, `>` and `:`. Rejects with `bad-argument`, also where it is taken. */
  renameLora(id: string, name: string): Promise<LoraSummary>;
  deleteLora(id: string): Promise<void>;
}
