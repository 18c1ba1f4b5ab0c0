/** What rounding one weight after another, alone, does to what a network says. */
import { addEnergies, energies, NO_ENERGIES } from '../quality/sqnr';

/** What the network says to each of a few stratified samples, with the weight of this name rounded, or none. */
export type OutputsWith = (key: string | undefined) => Promise<readonly Float32Array[]>;

/** Error energy over signal energy, over all samples, of each of `keys`. `known` are not measured again. */
export async function measuredErrors(
  keys: readonly string[],
  outputs: OutputsWith,
  known: ReadonlyMap<string, number>,
  signal: AbortSignal,
  progress: (errors: ReadonlyMap<string, number>) => Promise<void> | void = () => undefined,
): Promise<Map<string, number>> {
  const errors = new Map(keys.flatMap((key) => (known.has(key) ? [[key, known.get(key)!] as const] : [])));
  if (errors.size === keys.length) return errors;
  const exact = await outputs(undefined);
  for (const key of keys) {
    if (errors.has(key)) continue;
    signal.throwIfAborted();
    const got = await outputs(key);
    const found = exact.map((one, i) => energies(one, got[i]!)).reduce(addEnergies, NO_ENERGIES);
    errors.set(key, found.noise / found.signal);
    await progress(errors);
  }
  return errors;
}

/**
 * The error of a weight in other integers than those it was measured with: over inputs that hardly differ, it goes with the
 * energy of the layer's own output error, which its second moments tell (`outputError`), or, without them, with that of the
 * weights.
 */
export const scaledError = (measured: number, energy: number, measuredEnergy: number): number =>
  measuredEnergy === 0 ? 0 : (measured * energy) / measuredEnergy;

/** Σ (scale · integer - weight)². */
export function weightError(exact: Float32Array, rounded: Float32Array): number {
  return exact.reduce((sum, value, i) => sum + (value - rounded[i]!) ** 2, 0);
}
