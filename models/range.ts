/** Numbers that 16 bits can hold. */
import { badModel } from './refuse';

/** From here on a binary16 would be infinity. */
const F16_END = 65_520;

/** `bad-model` of `name` where one of `numbers` would not be finite as a binary16. */
export function checkRange(name: string, numbers: Float32Array): void {
  for (const value of numbers)
    if (!(Math.abs(value) < F16_END)) throw badModel(name, 'numbers that 16 bits can hold, within ±65504', `${value}`);
}
