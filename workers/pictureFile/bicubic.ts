/** Pillow 13's `BICUBIC`: Keys's cubic convolution (1981, equation 4) with a = -0.5. */
import type { Filter } from './lanczos';

const A = -0.5;

export const BICUBIC: Filter = {
  support: 2,
  at(distance) {
    const x = Math.abs(distance);
    if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
  },
};
