/** Numbers that a format can hold. */
import { badModel } from './refuse';

/** From here on a binary16 would be infinity. */
const F16_END = 65_520;

/** `bad-model` of `name` where one of `numbers` is not finite, or would not be as `dtype`. */
export function checkRange(name: string, numbers: Float32Array, dtype: 'F32' | 'F16'): void {
  const end = dtype === 'F16' ? F16_END : Number.POSITIVE_INFINITY;
  const expected = dtype === 'F16' ? 'numbers that 16 bits can hold, within ±65504' : 'finite numbers';
  for (const value of numbers) if (!(Math.abs(value) < end)) throw badModel(name, expected, `${value}`);
}
