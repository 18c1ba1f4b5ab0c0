/** How the report writes numbers: as many digits as say something, units always. */

export function decibels(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'exact';
  return value === Number.NEGATIVE_INFINITY ? '−∞ dB' : `${minus(value.toFixed(1))} dB`;
}

/** Of `whole`; `0.25` of 1 is `25.0 %`. */
export const percent = (part: number, whole = 1): string => `${((100 * part) / whole).toFixed(1)} %`;

export const similarity = (value: number): string => minus(value.toFixed(4));

const minus = (text: string): string => text.replace('-', '−');

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Arithmetic mean of the numbers that are finite, infinite where none is: one exact picture of many makes no exact model. */
export function finiteMean(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? Number.POSITIVE_INFINITY : finite.reduce((sum, value) => sum + value, 0) / finite.length;
}

/** The middle one, of an even number the mean of both: where few pictures go another way, they decide the mean. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Of pictures of one size, the PSNR that their mean squared error has: infinite only where all are exact. */
export const pooledPsnr = (psnrs: readonly number[]): number =>
  -10 * Math.log10(psnrs.reduce((sum, psnr) => sum + 10 ** (-psnr / 10), 0) / psnrs.length);
