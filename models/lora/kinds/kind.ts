/** What every kind of change says of itself. */
import type { Rows } from '../../tensorSource';
import type { LoraRole } from '../loraKeys';

export type Shape = readonly number[];

/** One tensor of a change, in float32. */
export interface Factor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** What there is of a change's parts. */
export type PartsOf<T> = Readonly<Partial<Record<LoraRole, T>>>;

/** What is added to a weight `[rows, …]`, ready to be computed a few rows at a time. */
export interface Delta {
  /** Adds `scale` times `rows` of it to `sum`, which are those rows of the weight, row-major. Each row comes out the same whatever is added with it. */
  add(sum: Float32Array, rows: Rows, scale: number): void;
  /** Its rows depend on one another's: it is added to all of them at once. */
  readonly whole?: true;
}

/** What a change is told besides its tensors. */
export interface Told {
  /** Its place in the file, for who complains. */
  readonly name: string;
  readonly alpha: number | undefined;
  /** Of the weight. */
  readonly target: Shape;
}

export interface Kind {
  /** Its name in the field. */
  readonly name: string;
  /** The parts that are told to be of it. */
  readonly roles: readonly LoraRole[];
  /** What of `parts` is missing; `undefined` where nothing is. */
  missing(parts: PartsOf<unknown>): string | undefined;
  /** Whether `parts` make a change of a weight of `target`, and what alpha is divided by then: `1` where alpha does not count. */
  fit(parts: PartsOf<Shape>, target: Shape): { readonly rank?: number } | undefined;
  /** Alpha is no scale, but said to `delta`. */
  readonly hasOwnAlpha?: true;
  /** `parts` that fit; `bad-model` where their numbers make no change. */
  delta(parts: PartsOf<Factor>, told: Told): Delta;
}

export const sameShape = (a: Shape, b: Shape): boolean => `${a}` === `${b}`;

/** Rows `begin` to `end` of a row-major matrix of `columns`. */
export const rowsOf = (data: Float32Array, columns: number, { begin, end }: Rows): Float32Array =>
  data.subarray(begin * columns, end * columns);

/** `[rows, columns]` as `[columns, rows]`. */
export function transposed(data: Float32Array, rows: number): Float32Array {
  const columns = data.length / rows;
  return Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
}
