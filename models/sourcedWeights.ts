/** The weights of a network straight out of the file that has them: those that are asked for next are in memory, and no others. */
import { CodedError } from './errors';
import { byKey, packedBytes, packStage } from './pack';
import type { PackedTensor, StageWeights } from './stage';
import { checkBounds } from './stageWeights';
import type { TensorSource } from './tensorSource';

/** `tensors` as they are planned of `source`; each must be prepared before it is read. */
export function sourcedWeights(tensors: readonly PackedTensor[], source: TensorSource): StageWeights {
  const bytes = packedBytes(tensors);
  const groups = byKey(tensors);
  /** By where they begin. */
  let ready = new Map<number, Uint8Array>();
  return {
    bytes,
    async prepare(next) {
      ready = new Map();
      const wanted = new Set(next.map(({ offset }) => offset));
      for (const group of groups.values())
        if (wanted.has(group[0]!.offset)) for await (const [at, data] of packed(group, source)) ready.set(at, data);
    },
    read(begin, end) {
      checkBounds(begin, end, bytes);
      const found = ready.get(begin);
      if (found?.length === end - begin) return found;
      const expected = `a tensor that was prepared, ${end - begin} bytes at ${begin}`;
      throw new CodedError('bad-argument', {
        argument: `${source.name}: weights`,
        expected,
        got: `${found?.length ?? 'none'}`,
      });
    },
    close() {
      ready = new Map();
    },
  };
}

/** What is stored of one of the checkpoint's tensors, each by where it begins. */
async function* packed(
  group: readonly PackedTensor[],
  source: TensorSource,
): AsyncGenerator<readonly [offset: number, data: Uint8Array]> {
  const start = group[0]!.offset;
  const { bytes: last, offset } = group.at(-1)!;
  const all = new Uint8Array(offset + last - start);
  let at = 0;
  const moved = group.map((tensor) => ({ ...tensor, offset: tensor.offset - start }));
  for await (const piece of packStage(moved, source)) {
    all.set(piece, at);
    at += piece.length;
  }
  for (const tensor of moved) yield [tensor.offset + start, all.subarray(tensor.offset, tensor.offset + tensor.bytes)];
}
