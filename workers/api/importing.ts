/** What a model is brought in from and with; part of the contract in `workers/api.ts`. Types only. */
import type { WeightForm as StoredForm } from '../../models/quantize/weightForm';

/** `auto`: exact while that fits the memory of the device; the others as in models/quantize/weightForm.ts. */
export type WeightForm = 'auto' | StoredForm;

/** A form that holds other numbers than the checkpoint's own. */
export type RoundedForm = Exclude<StoredForm, 'exact'>;

/** A model file on the web. */
export interface RemoteModel {
  readonly name: string;
  /** The same file at several addresses, tried in this order: http(s). */
  readonly urls: readonly string[];
  readonly bytes?: number;
  /** Of the whole file, 64 hexadecimal digits. */
  readonly sha256?: string;
  readonly license?: License;
  /** A sentence about it, in the catalog's language. */
  readonly about?: string;
}

export interface License {
  /** By its SPDX identifier where it has one, or the hub's name for it. */
  readonly name: string;
  /** Where its text stands. */
  readonly url: string;
  /** Whether a person must agree to it before the download. */
  readonly mustAccept: boolean;
}

/** What goes with a picked model. */
export interface ImportOptions {
  /** What the UNet predicts, where the model does not say or says it wrong. */
  readonly predictionType?: 'epsilon' | 'v_prediction';
  /** One of `weightForms`; `auto` where absent. */
  readonly weights?: WeightForm;
  /** Merged into the weights in this order; weight 1 is as it was trained. */
  readonly loras?: readonly { readonly file: PickedFile; readonly weight: number }[];
  /** A VAE to use instead of the model's own. */
  readonly vae?: PickedFile;
  /** Of the file or the folder that was picked, where the browser gives lasting ones: kept to go on with. */
  readonly handle?: object | undefined;
}

/** A file with its path below the picked folder (`webkitRelativePath` does not survive every browser's clone). */
export interface PickedFile {
  readonly path: string;
  readonly file: PickedBlob;
  /** As in `ImportOptions`. */
  readonly handle?: object | undefined;
}

/** The part of `Blob` that reading by slices needs. */
export interface PickedBlob {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** `ImportOptions` as they are written down: files by their names. */
export interface NotedOptions extends Pick<ImportOptions, 'predictionType' | 'weights'> {
  readonly loras?: readonly { readonly name: string; readonly weight: number }[];
  readonly vae?: string;
}

/** Lasting handles (`FileSystemHandle`): with them an import goes on without its files being picked again. */
export interface Handles {
  readonly source: object;
  /** In the order of the options. */
  readonly loras: readonly object[];
  readonly vae?: object;
}
