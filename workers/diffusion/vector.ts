/** Vector arithmetic on latents: computed in float64 for each element and rounded to float32 once. */
import type { Latents } from './latents';

/** `weights[0] · terms[0] + weights[1] · terms[1] + …`; all terms of one shape. */
export function combine(weights: readonly number[], terms: readonly Latents[]): Latents {
  const [first] = terms;
  if (!first) throw new RangeError('combine: no terms');
  const data = new Float32Array(first.data.length);
  for (let i = 0; i < data.length; i++) {
    let sum = 0;
    for (let k = 0; k < terms.length; k++) sum += weights[k]! * terms[k]!.data[i]!;
    data[i] = sum;
  }
  return { shape: first.shape, data };
}

/** `factor · x`. */
export const scale = (factor: number, x: Latents): Latents => combine([factor], [x]);
