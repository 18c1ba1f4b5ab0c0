/** A checkpoint's network whose biases take back what rounding its weights does to the mean of each layer's output. */
import { bytesOf } from '../floats';
import { parametersOf } from '../graph/parameters';
import type { ModelDescription } from '../sd15';
import type { StageName } from '../stage';
import type { TensorSource } from '../tensorSource';
import { matrixKeys } from './dequantized';
import type { IntegerWeights } from './integerWeights';
import { biasOf } from './roundPart';

/** The checkpoint's names of all biases that are added to a product with a weight. */
export function biasesOf(description: ModelDescription, stage: StageName): ReadonlySet<string> {
  const names = new Set(parametersOf(description, stage).map(({ name }) => name));
  return new Set(
    matrixKeys(description, stage)
      .map(biasOf)
      .filter((bias) => names.has(bias)),
  );
}

/** `source` with the tensors of `keys`, which have one axis, as `weights` has them: in float32, for corrections are small. */
export const correctedBiases = (
  source: TensorSource,
  weights: IntegerWeights,
  keys: ReadonlySet<string>,
): TensorSource => ({
  ...source,
  info(tensor) {
    const info = source.info(tensor);
    return info && keys.has(tensor) ? { dtype: 'F32', shape: info.shape, bytes: 4 * info.shape[0]! } : info;
  },
  async read(tensor, rows) {
    if (!keys.has(tensor)) return source.read(tensor, rows);
    const values = await weights.floats(tensor);
    return bytesOf(rows ? values.slice(rows.begin, rows.end) : values);
  },
});
