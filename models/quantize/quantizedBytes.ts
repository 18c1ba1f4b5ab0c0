/** What a network's weights take once they are rounded: integers and scales, all else as it is kept. */
import { parametersOf } from '../graph/parameters';
import type { ModelDescription } from '../sd15';
import type { StageName } from '../stage';
import { matrixKeys } from './dequantized';
import type { WeightBits } from './integerWeights';
import { BLOCK, hasBlocks, hasSteps, KERNEL_BLOCK } from './plan';

/** What a network takes with its weights in as many bits as `bits` says, by whatever form they are written in. */
export interface StageBytes {
  readonly stage: StageName;
  /** All of it in float32. */
  readonly fp32: number;
  in(bits: WeightBits): number;
}

/** As graphs for NPUs have it. */
export const npuBytes = (description: ModelDescription, stage: StageName): StageBytes => ({
  stage,
  fp32: fp32Bytes(description, stage),
  in: (bits) => quantizedBytes(description, stage, bits),
});

/** Tables of embeddings stay in half precision, biases and norms in float32. */
export function quantizedBytes(description: ModelDescription, stage: StageName, bits: WeightBits): number {
  const matrices = new Set(matrixKeys(description, stage));
  return parametersOf(description, stage).reduce((sum, { name, shape }) => {
    const count = elements(shape);
    if (matrices.has(name)) return sum + matrixBytes(shape, bits(name));
    return sum + (shape.length > 1 ? 2 : 4) * count;
  }, 0);
}

/** Of one weight `[rows, …]`, its scales included; four bits are stored in blocks or with steps, and where there are neither in eight. */
export function matrixBytes(shape: readonly number[], bits: 8 | 4): number {
  const count = elements(shape);
  if (bits === 4 && hasSteps(shape)) return count / 2 + count / KERNEL_BLOCK + 4 * shape[0]!;
  return bits === 4 && hasBlocks(shape) ? count / 2 + (4 * count) / BLOCK : count + 4 * shape[0]!;
}

/** All of it in float32. */
export const fp32Bytes = (description: ModelDescription, stage: StageName): number =>
  parametersOf(description, stage).reduce((sum, { shape }) => sum + 4 * elements(shape), 0);

const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
