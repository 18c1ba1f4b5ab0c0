/** What a picture's file says of the pictures that it was to be like: everything but these. */
import type { ChosenIpAdapter, IpAdapterRequest } from '../api';

/** How many pictures one may be shown: beyond what anyone asks for, each being looked at by a large network. */
export const MOST_IMAGES = 16;

export interface SaidIpAdapter extends Omit<ChosenIpAdapter, 'images' | 'masks'> {
  /** How many there were. */
  readonly images: number;
}

export const ipAdaptersSaid = ({ ipAdapters }: IpAdapterRequest): { readonly ipAdapters?: readonly SaidIpAdapter[] } =>
  ipAdapters ? { ipAdapters: ipAdapters.map(said) } : {};

/** That there were masks is said even of those without names. */
const said = ({ images, masks, maskNames = masks?.map(() => ''), ...rest }: ChosenIpAdapter): SaidIpAdapter => ({
  ...rest,
  ...(maskNames ? { maskNames } : {}),
  images: images.length,
});

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

function isIpAdapter(value: unknown): value is SaidIpAdapter {
  const one = (value ?? {}) as Readonly<Record<keyof SaidIpAdapter, unknown>>;
  const { name, hash = '', encoder = '', images, imageNames = [], maskNames = [], scale = 1, start = 0, end = 1 } = one;
  return (
    [name, hash, encoder].every((text) => typeof text === 'string') &&
    [scale, start, end].every(Number.isFinite) &&
    Number.isInteger(images) &&
    (images as number) > 0 &&
    (images as number) <= MOST_IMAGES &&
    [imageNames, maskNames].every((names) => Array.isArray(names) && names.every((text) => typeof text === 'string')) &&
    [0, images].includes((maskNames as readonly string[]).length)
  );
}
