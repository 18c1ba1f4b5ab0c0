/** A stage's packed bytes from somewhere in the middle on: how an import goes on where it was killed. */
import { packStage } from '../models/pack';
import type { PackedTensor } from '../models/stage';
import type { TensorSource } from '../models/tensorSource';

/** As `packStage`, without the first `begin` bytes; tensors that lie wholly before are not read. */
export async function* packFrom(
  tensors: readonly PackedTensor[],
  source: TensorSource,
  begin: number,
): AsyncGenerator<Uint8Array> {
  const first = tensors.findIndex(({ offset, bytes }) => offset + bytes > begin);
  if (first < 0) return;
  const before = tensors[first - 1];
  const start = before ? before.offset + before.bytes : 0;
  const rest = tensors.slice(first).map((tensor) => ({ ...tensor, offset: tensor.offset - start }));
  let skip = begin - start;
  for await (const bytes of packStage(rest, source)) {
    if (skip < bytes.length) yield skip > 0 ? bytes.subarray(skip) : bytes;
    skip = Math.max(0, skip - bytes.length);
  }
}
