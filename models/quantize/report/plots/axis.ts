/** Round numbers for an axis. */

export interface Axis {
  readonly from: number;
  readonly to: number;
  /** Evenly apart, the first at `from`, the last at `to`. */
  readonly ticks: readonly number[];
}

/** Of a step: where 0.3 / 0.1 is just below 3, there is a tick at 3 and none before. */
const ROUNDING = 1e-6;

/** Covers the finite ones of `values` in three to eight steps of 1, 2 or 5 times a power of ten; 0 … 1 where there are none. */
export function axisOf(values: readonly number[]): Axis {
  const finite = values.filter(Number.isFinite);
  const [low, high] = finite.length === 0 ? [0, 1] : [Math.min(...finite), Math.max(...finite)];
  const span = high > low ? high - low : Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(span / 3));
  const step = power * [5, 2, 1].find((factor) => span / (power * factor) >= 3 - ROUNDING)!;
  const first = Math.floor(low / step + ROUNDING);
  const last = Math.max(Math.ceil(high / step - ROUNDING), first + 1);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  return { from: ticks[0]!, to: ticks.at(-1)!, ticks };
}

/** Where `value` lies between the ends of `axis`: 0 … 1; what is infinite lies at an end. */
export const along = ({ from, to }: Axis, value: number): number =>
  Math.min(1, Math.max(0, (value - from) / (to - from)));
