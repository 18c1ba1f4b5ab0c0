/** A weight of a checkpoint on its way into a weights file: read some rows at a time, since the whole may be 150 MB. */
import type { WeightDtype } from '../dtype';
import type { Rows, TensorInfo } from '../tensorSource';

/** Bytes that are read at a time, about: few beside a large weight, many for a file. */
const READ_TOGETHER = 1 << 22;

/** Rows that are read at a time, at least: as many results lie side by side once they are transposed. */
export const ROWS = 32;

export interface Weight extends TensorInfo {
  /** What messages call it. */
  readonly name: string;
  readonly dtype: WeightDtype;
  /** As `TensorSource.read`. */
  read(rows: Rows): Promise<Uint8Array>;
}

/** All of `weight` in order, some whole rows at a time. */
export async function* slices({ shape, bytes, read }: Weight): AsyncGenerator<Uint8Array, void> {
  const rows = shape[0]!;
  const together = ROWS * Math.ceil(READ_TOGETHER / (bytes / rows) / ROWS);
  for (let begin = 0; begin < rows; begin += together) yield read({ begin, end: Math.min(rows, begin + together) });
}

/** A weight whose `bytes` are here already. */
export const weightInMemory = (
  name: string,
  dtype: WeightDtype,
  shape: readonly number[],
  bytes: Uint8Array,
): Weight => ({
  ...{ name, dtype, shape, bytes: bytes.length },
  async read({ begin, end }) {
    const rowBytes = bytes.length / shape[0]!;
    return bytes.subarray(begin * rowBytes, end * rowBytes);
  },
});
