/** Numbers in JSON, which knows no infinity: what equal things have in decibels. */

/** `data` as JSON with ±Infinity as `{"infinite": ±1}`; NaN, which says nothing, must not be in it. */
export const numbersJson = (data: unknown): string =>
  JSON.stringify(
    data,
    (_, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? { infinite: Math.sign(value) } : value,
    1,
  );

/** What was parsed of that, with its infinities. */
export function withInfinities(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withInfinities);
  if (typeof value !== 'object' || value === null) return value;
  const { infinite } = value as { infinite?: unknown };
  if (typeof infinite === 'number') return infinite * Number.POSITIVE_INFINITY;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withInfinities(inner)]));
}
