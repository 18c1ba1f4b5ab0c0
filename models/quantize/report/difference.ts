/** What lies between two pictures, as one. */

/** At most one number in so many is cut off at white. */
const CUT_OFF = 100;
/** What is hardly there need not fill the picture. */
const MOST = 64;

export interface Difference {
  /** |a − b| times `amplified`, cut off at white. */
  readonly pixels: Uint8Array;
  /** A whole number from 1 on, as large as shows the most. */
  readonly amplified: number;
}

/** Of as many numbers, 0 … 255 each. */
export function differenceOf(a: Uint8Array, b: Uint8Array): Difference {
  const differences = a.map((value, i) => Math.abs(value - b[i]!));
  const counts = new Uint32Array(256);
  for (const value of differences) counts[value]!++;
  let [largest, above] = [255, counts[255]!];
  while (largest > 1 && above * CUT_OFF <= differences.length) above += counts[--largest]!;
  const amplified = Math.max(1, Math.min(MOST, Math.floor(255 / largest)));
  return { pixels: differences.map((value) => Math.min(255, amplified * value)), amplified };
}
