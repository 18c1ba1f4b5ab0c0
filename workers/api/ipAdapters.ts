/** Pictures that a drawing is to be like, by IP-Adapters: the part of an `ImageRequest` that no file of settings holds whole. */
import type { InitImage } from './images';

export interface ChosenIpAdapter {
  /** Of the IP-Adapter, as whoever opened it calls it. */
  readonly name: string;
  /** What is to be seen in the picture, one at least, of any size; of each the square in the middle is looked at. */
  readonly images: readonly InitImage[];
  /** What they are called, without paths: for whoever wants to draw it again, and has to give them once more. */
  readonly imageNames?: readonly string[];
  /**
   * Where each of `images` counts, one for each: where it is white, nowhere where it is black; of any size, brought to that of what is drawn. Everywhere
   * where absent. diffusers' `ip_adapter_masks`.
   */
  readonly masks?: readonly InitImage[];
  /** What they are called, as `imageNames`. */
  readonly maskNames?: readonly string[];
  /** By what the adapter is known under another name (`ControlSummary.hash`); for the same. */
  readonly hash?: string;
  /** What sees for it: on the page, by its name on the shelf; elsewhere it is opened beside. */
  readonly encoder?: string;
  /** How much they count, in [0, 10]; 1 by default. diffusers' `set_ip_adapter_scale`, "weight" elsewhere. */
  readonly scale?: number;
  /** In which part of the network's calls, as `ChosenControl.start` and `.end`. */
  readonly start?: number;
  readonly end?: number;
}

/** What of one decides what it takes to draw with. */
export interface CountedIpAdapter extends Pick<ChosenIpAdapter, 'name' | 'encoder' | 'scale'> {
  /** How many. */
  readonly images: { readonly length: number };
  /** Whether each counts somewhere alone. */
  readonly masks?: unknown;
}

export interface IpAdapterRequest {
  /** What they see is added up. */
  readonly ipAdapters?: readonly ChosenIpAdapter[];
}
