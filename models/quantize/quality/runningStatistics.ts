/**
 * Count, mean, spread and extremes of numbers that come one after another, or in parts that are merged afterwards:
 * Welford's update and its pairwise form (Chan, Golub and LeVeque, Updating Formulae and a Pairwise Algorithm for
 * Computing Sample Variances, 1979), which lose no digits where the mean is large beside the spread.
 */
export interface RunningStatistics {
  readonly count: number;
  /** 0 where `count` is. */
  readonly mean: number;
  /** Σ (value − mean)². */
  readonly squares: number;
  /** Infinite where `count` is 0, and `max` negatively so. */
  readonly min: number;
  readonly max: number;
}

export const NO_STATISTICS: RunningStatistics = {
  count: 0,
  mean: 0,
  squares: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
};

/** Of `values` alone. */
export function statistics(values: Iterable<number>): RunningStatistics {
  let { count, mean, squares, min, max } = NO_STATISTICS;
  for (const value of values) {
    const before = value - mean;
    count += 1;
    mean += before / count;
    squares += before * (value - mean);
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { count, mean, squares, min, max };
}

/** Of everything that `a` and `b` have seen. */
export function mergeStatistics(a: RunningStatistics, b: RunningStatistics): RunningStatistics {
  const count = a.count + b.count;
  if (count === 0) return NO_STATISTICS;
  const apart = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (apart * b.count) / count,
    squares: a.squares + b.squares + (apart ** 2 * a.count * b.count) / count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

/** Of the numbers themselves, not of a population that they were drawn from: as numpy's `std`. 0 where there are none. */
export const standardDeviation = ({ count, squares }: RunningStatistics): number =>
  count === 0 ? 0 : Math.sqrt(squares / count);
