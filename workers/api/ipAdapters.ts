/** Pictures that a drawing is to be like, by IP-Adapters: the part of an `ImageRequest` that no file of settings holds whole. */
import type { InitImage } from './images';

export interface ChosenIpAdapter {
  /** Of the IP-Adapter, as whoever opened it calls it. */
  readonly name: string;
  /** What is to be seen in the picture, one at least, of any size; of each the square in the middle is looked at. */
  readonly images: readonly InitImage[];
  /** How much they count, in [0, 10]; 1 by default. diffusers' `set_ip_adapter_scale`, "weight" elsewhere. */
  readonly scale?: number;
}

export interface IpAdapterRequest {
  /** What they see is added up. */
  readonly ipAdapters?: readonly ChosenIpAdapter[];
}
