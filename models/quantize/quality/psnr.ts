import { sameLength } from './sameLength';

/** Of 8-bit pictures, over all numbers of both. `bad-argument` where sizes differ. */
export function meanSquaredError(a: Uint8Array, b: Uint8Array): number {
  sameLength('psnr', a, b);
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length;
}

/** Decibels of 8-bit pixels whose squared error is `mean`; infinite where it is 0. */
export const psnrOf = (mean: number): number => 10 * Math.log10(255 ** 2 / mean);

/**
 * Peak signal-to-noise ratio of 8-bit pictures, in decibels: 10 log10 (255² / mean squared error); infinite
 * where they are equal (Huynh-Thu and Ghanbari, Scope of Validity of PSNR, 2008). `bad-argument` where sizes differ.
 */
export const psnr = (a: Uint8Array, b: Uint8Array): number => psnrOf(meanSquaredError(a, b));
