/** Weights of which the last one that was read is kept: layers that have some rows of one each read it one after another. */
import type { IntegerWeights } from '../../quantize/integerWeights';

export function lastKept(from: IntegerWeights): IntegerWeights {
  return { integers: lastOf((key) => from.integers(key)), floats: lastOf((key) => from.floats(key)) };
}

function lastOf<Read>(read: (key: string) => Promise<Read>): (key: string) => Promise<Read> {
  let last: { readonly key: string; readonly value: Promise<Read> } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: read(key) };
    return last.value;
  };
}
