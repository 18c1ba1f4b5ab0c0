/** Weights that LoRAs made of others. */
import { checkRange } from '../range';
import { badModel } from '../refuse';

/** `bad-model` of `name` where one of `numbers` is not finite, or would not be as `dtype`. */
export function checkFinite(name: string, numbers: Float32Array, dtype: 'F32' | 'F16'): void {
  if (dtype === 'F16') checkRange(name, numbers);
  else for (const value of numbers) if (!Number.isFinite(value)) throw badModel(name, 'finite numbers', `${value}`);
}
