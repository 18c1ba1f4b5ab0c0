import { sameLength } from './sameLength';

/**
 * Peak signal-to-noise ratio of 8-bit pictures, in decibels: 10 log10 (255² / mean squared error); infinite
 * where they are equal (Huynh-Thu and Ghanbari, Scope of Validity of PSNR, 2008). `bad-argument` where sizes differ.
 */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  sameLength('psnr', a, b);
  const squares = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
  return 10 * Math.log10(255 ** 2 / (squares / a.length));
}
