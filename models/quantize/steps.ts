/** Four-bit integers with a step for each block, and the eight-bit integers that they are together. */
import type { IntegerWeight } from './integerWeights';
import type { Rounded } from './methods/layer';

/** `values` of so many equal blocks, each times its step. */
export function timesSteps(values: Int8Array, steps: Uint8Array): Int8Array {
  const block = values.length / steps.length;
  return values.map((value, i) => value * steps[Math.floor(i / block)]!);
}

/** The same back, exactly. */
export function overSteps(values: Int8Array, steps: Uint8Array): Int8Array {
  const block = values.length / steps.length;
  return values.map((value, i) => value / steps[Math.floor(i / block)]!);
}

/** `rounded` of `rows`, its steps in the integers where it has some: one scale for each row is left. */
export function inEightBits({ values, scales, most, steps }: Rounded, rows: number): IntegerWeight {
  if (!steps) return { values, scales, most };
  const blocks = steps.length / rows;
  const ofRows = Float32Array.from({ length: rows }, (_, row) => {
    // Of the largest multiple the quotient is the most exact.
    let best = row * blocks;
    for (let i = best; i < (row + 1) * blocks; i++) if (steps[i]! > steps[best]!) best = i;
    return scales[best]! / steps[best]!;
  });
  return { values: timesSteps(values, steps), scales: ofRows, most: 127, steps };
}
