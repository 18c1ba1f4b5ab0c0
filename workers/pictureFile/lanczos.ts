/**
 * Pictures brought to another size as Pillow 13's `resize(…, LANCZOS)` does it, which is how diffusers' image processor does:
 * Lanczos's windowed sinc of three lobes, widened where the picture shrinks; across and down, each pass rounded to bytes; the
 * weights in integers of 22 bits. With another filter the rest is the same.
 */

const LOBES = 3;
const PRECISION = 22;

/** What a pixel at a distance counts, which is nothing from `support` on; in pixels of the smaller picture. */
export interface Filter {
  readonly support: number;
  at(distance: number): number;
}

/** `pixels` `[height, width, channels]`, 8-bit, as `[toHeight, toWidth, channels]`. */
export function resized(
  pixels: Uint8Array,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: number },
  to: { readonly width: number; readonly height: number },
  filter: Filter = LANCZOS,
): Uint8Array {
  const across = (seen: Uint8Array, rows: number): Uint8Array =>
    to.width === width ? seen : along(seen, [rows, width, channels], to.width, filter);
  // Down is across with whole rows for channels.
  const down = (seen: Uint8Array, columns: number): Uint8Array =>
    to.height === height ? seen : along(seen, [1, height, columns * channels], to.height, filter);
  return isDownFirst({ width, height }, to)
    ? across(down(pixels, width), to.height)
    : down(across(pixels, height), to.width);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where more than twice as many rows go as columns do: what 1500 sizes at random show of Pillow 13.0.0, before which it never was. */
const isDownFirst = (from: Size, to: Size): boolean =>
  to.height < from.height && from.height - to.height > 2 * (from.width - to.width);

/** The middle one of three axes, `from` long, brought to `length`. */
function along(
  pixels: Uint8Array,
  [outer, from, inner]: readonly [number, number, number],
  length: number,
  filter: Filter,
): Uint8Array {
  const out = new Uint8Array(outer * length * inner);
  for (const [at, { first, weights }] of windows(from, length, filter).entries()) {
    for (let row = 0; row < outer; row++)
      for (let i = 0; i < inner; i++) {
        let sum = 2 ** (PRECISION - 1);
        for (const [k, weight] of weights.entries()) sum += weight * pixels[(row * from + first + k) * inner + i]!;
        out[(row * length + at) * inner + i] = Math.min(Math.max(Math.floor(sum / 2 ** PRECISION), 0), 255);
      }
  }
  return out;
}

/** Where each pixel of the new axis looks, and with which weights; together they are 1, but for their roundings. */
function windows(
  from: number,
  length: number,
  { support: reach, at: filter }: Filter,
): { readonly first: number; readonly weights: readonly number[] }[] {
  const scale = from / length;
  const spread = Math.max(scale, 1);
  // Multiplied by, as there: a quotient is another number now and then.
  const narrowing = 1 / spread;
  const support = reach * spread;
  return Array.from({ length }, (_, at) => {
    const center = (at + 0.5) * scale;
    const first = Math.max(Math.trunc(center - support + 0.5), 0);
    const end = Math.min(Math.trunc(center + support + 0.5), from);
    const raw = Array.from({ length: end - first }, (_, k) => filter((first + k - center + 0.5) * narrowing));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    const weights = raw.map((weight) => rounded((weight / sum) * 2 ** PRECISION));
    return { first, weights };
  });
}

/** Half away from zero, by cutting off, as C does. */
const rounded = (value: number): number => Math.trunc(value < 0 ? value - 0.5 : value + 0.5);

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const LANCZOS: Filter = {
  support: LOBES,
  at: (x) => (Math.abs(x) < LOBES ? sinc(x) * sinc(x / LOBES) : 0),
};
