/** LoRAs that a picture is drawn with: the part of an `ImageRequest` that changes the model's weights while they are read. */

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
