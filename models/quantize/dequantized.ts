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
  return {
    name: source.name,
    names: () => source.names(),
    info(tensor) {
      const info = source.info(tensor);
      return (
        info && { dtype: 'F32', shape: info.shape, bytes: 4 * info.shape.reduce((count, size) => count * size, 1) }
      );
    },
    async read(tensor) {
      const values = rounded.has(tensor) ? floatsOf(await weights.integers(tensor)) : await weights.floats(tensor);
      return bytesOf(values);
    },
  };
}

/** scale · integer of every weight, rounded once. */
export function floatsOf({ values, scales }: IntegerWeight): Float32Array {
  const run = values.length / scales.length;
  return Float32Array.from(values, (value, i) => value * scales[Math.floor(i / run)]!);
}

/** `weights` whose floats are, of those in `integers`, what these stand for. */
export const standingFor = (integers: ReadonlyMap<string, IntegerWeight>, weights: IntegerWeights): IntegerWeights => ({
  integers: (key) => weights.integers(key),
  floats: async (key) => {
    const found = integers.get(key);
    return found ? floatsOf(found) : weights.floats(key);
  },
});
