/**
 * Rounded weights as a checkpoint's tensors: every number is what its integer stands for, in float32. A network over them
 * computes what it would with the integers, as fast as ever: how weights alone are judged.
 */
import { bytesOf } from '../floats';
import { parametersOf } from '../graph/parameters';
import type { ModelDescription } from '../sd15';
import type { StageName } from '../stage';
import type { TensorSource } from '../tensorSource';
import type { IntegerWeight, IntegerWeights } from './integerWeights';
import type { RoundedWeight } from './roundedWeights';

/** The checkpoint's names of all weights of a network that are multiplied with: kernels and matrices, no tables. */
export function matrixKeys(description: ModelDescription, stage: StageName): string[] {
  const multiplied = parametersOf(description, stage).filter(
    ({ name, shape }) => shape.length > 1 && !name.endsWith('embedding.weight'),
  );
  return multiplied.map(({ name }) => name);
}

/** `source` with the tensors of `keys` as `weights` has them in integers, and all others as it has them in floats. */
export function dequantized(source: TensorSource, weights: IntegerWeights, keys: readonly string[]): TensorSource {
  const rounded = new Set(keys);
  /** What was read last: a large tensor is asked for some rows at a time. */
  let last: { readonly tensor: string; readonly values: Promise<Float32Array> } | undefined;
  const valuesOf = async (tensor: string): Promise<Float32Array> =>
    rounded.has(tensor) ? floatsOf(await weights.integers(tensor)) : weights.floats(tensor);
  return {
    name: source.name,
    names: () => source.names(),
    info(tensor) {
      const info = source.info(tensor);
      return (
        info && { dtype: 'F32', shape: info.shape, bytes: 4 * info.shape.reduce((count, size) => count * size, 1) }
      );
    },
    async read(tensor, rows) {
      if (!rows) return bytesOf(await valuesOf(tensor));
      if (last?.tensor !== tensor) last = { tensor, values: valuesOf(tensor) };
      const values = await last.values;
      const length = values.length / source.info(tensor)!.shape[0]!;
      return bytesOf(values.subarray(rows.begin * length, rows.end * length));
    },
  };
}

/** scale · integer of every weight, rounded once. */
export function floatsOf({ values, scales }: IntegerWeight): Float32Array {
  const run = values.length / scales.length;
  return Float32Array.from(values, (value, i) => value * scales[Math.floor(i / run)]!);
}

/** `weights` whose floats are, of those that were `rounded`, what their integers stand for, biases corrected. */
export function standingFor(rounded: readonly RoundedWeight[], weights: IntegerWeights): IntegerWeights {
  const byKey = new Map(rounded.map((one) => [one.key, one.rounded]));
  const corrections = new Map(rounded.map(({ key, correction }) => [key.replace(/\.weight$/, '.bias'), correction]));
  return {
    integers: (key) => weights.integers(key),
    floats: async (key) => {
      const found = byKey.get(key);
      if (found) return floatsOf(found);
      const [floats, correction] = [await weights.floats(key), corrections.get(key)];
      return correction ? floats.map((value, row) => value + correction[row]!) : floats;
    },
  };
}
