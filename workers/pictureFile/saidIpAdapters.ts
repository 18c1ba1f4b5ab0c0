/** What a picture's file says of the pictures that it was to be like: everything but these. */
import type { ChosenIpAdapter, IpAdapterRequest } from '../api';

export interface SaidIpAdapter extends Omit<ChosenIpAdapter, 'images' | 'masks'> {
  /** How many there were. */
  readonly images: number;
}

export const ipAdaptersSaid = ({ ipAdapters }: IpAdapterRequest): { readonly ipAdapters?: readonly SaidIpAdapter[] } =>
  ipAdapters
    ? { ipAdapters: ipAdapters.map(({ images, masks, ...said }) => ({ ...said, images: images.length })) }
    : {};

/** `all` is our own text, read; `strange` is what of it nobody understands, as `name: value`. Ranges are the engine's to check. */
export function checkedIpAdapters({ ipAdapters }: Readonly<Record<string, unknown>>): {
  readonly said?: readonly SaidIpAdapter[];
  readonly strange: readonly string[];
} {
  if (ipAdapters === undefined) return { strange: [] };
  if (!Array.isArray(ipAdapters) || !ipAdapters.every(isIpAdapter))
    return { strange: [`ipAdapters: ${JSON.stringify(ipAdapters)}`] };
  return { said: ipAdapters, strange: [] };
}

/** Far above what one may have (workers/ipAdapterRequest.ts). */
const MOST_IMAGES = 1000;

function isIpAdapter(value: unknown): value is SaidIpAdapter {
  const one = (value ?? {}) as Readonly<Record<keyof SaidIpAdapter, unknown>>;
  const { name, hash = '', encoder = '', images, imageNames = [], maskNames = [], scale = 1, start = 0, end = 1 } = one;
  return (
    [name, hash, encoder].every((text) => typeof text === 'string') &&
    [scale, start, end].every(Number.isFinite) &&
    Number.isInteger(images) &&
    (images as number) > 0 &&
    (images as number) < MOST_IMAGES &&
    [imageNames, maskNames].every((names) => Array.isArray(names) && names.every((text) => typeof text === 'string'))
  );
}
