/**
 * Signal-to-quantization-noise ratio: 10 log10 Σ reference² / Σ (reference − got)² (Widrow and Kollár, Quantization
 * Noise, 2008). Kept as its two sums, which add up over tensors; ratios in decibels do not.
 */
import { sameLength } from './sameLength';

export interface Energies {
  /** Σ reference². */
  readonly signal: number;
  /** Σ (reference − got)². */
  readonly noise: number;
}

export const NO_ENERGIES: Energies = { signal: 0, noise: 0 };

/** Of two tensors of any equal shape, summed in double precision. `bad-argument` where their sizes differ. */
export function energies(reference: ArrayLike<number>, got: ArrayLike<number>): Energies {
  sameLength('sqnr', reference, got);
  let signal = 0;
  let noise = 0;
  for (let i = 0; i < reference.length; i++) {
    signal += reference[i]! ** 2;
    noise += (reference[i]! - got[i]!) ** 2;
  }
  return { signal, noise };
}

/** Of all the tensors that `a` and `b` were of, as though they were one. */
export const addEnergies = (a: Energies, b: Energies): Energies => ({
  signal: a.signal + b.signal,
  noise: a.noise + b.noise,
});

/** Decibels; infinite without noise, −infinite where there is nothing but noise, NaN where a number was none. */
export function sqnr({ signal, noise }: Energies): number {
  return noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
}
