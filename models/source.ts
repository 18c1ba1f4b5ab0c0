/**
 * Where bytes come from: a `File` picked in the page, a file handle in Node, a record in the store.
 * Everything that reads a model asks for slices, so that a checkpoint is never whole in memory.
 */

/** A file that can be read by slices. */
export interface ByteSource {
  /** Name for messages, such as `unet/diffusion_pytorch_model.safetensors`. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /** When it was last written, milliseconds since 1970, where that is known. */
  readonly changed?: number;
  /** The bytes `[start, end)`; exactly `end - start` of them, or the promise rejects with `bad-model`. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A folder of byte sources, by path relative to it, with `/` between the parts. */
export interface Folder {
  /** Name for the gallery of models. */
  readonly name: string;
  /** What messages call it: the whole path where it has one. */
  readonly place: string;
  /** Every path in the folder, sorted. */
  paths(): readonly string[];
  /** The file at `path`, or `undefined` where there is none. */
  file(path: string): Promise<ByteSource | undefined>;
}
