/**
 * Which weights of a network make do with four bits, where all in four would be seen: those that cost least
 * for each byte that they save, until the network is as small as asked.
 */
import { parametersOf } from '../graph/parameters';
import type { ModelDescription } from '../sd15';
import type { StageName } from '../stage';
import type { Bits } from './integerWeights';
import { matrixBytes, type StageBytes } from './quantizedBytes';
import type { LayerFound } from './roundPart';
import { chosenBits, type LayerCost } from './sensitivity/chosenBits';

/**
 * The bits of each weight of `costs`, for a network to take `share` of its bytes in float32, or as little as it can; all other
 * weights have eight.
 */
export function mixedBits(bytes: StageBytes, costs: readonly LayerCost[], share: number): ReadonlyMap<string, Bits> {
  const at = (bits: 'bytesAt8' | 'bytesAt4'): number => costs.reduce((sum, cost) => sum + cost[bits], 0);
  const rest = bytes.in(() => 8) - at('bytesAt8');
  const most = Math.max(share * bytes.fp32 - rest, at('bytesAt4'));
  return chosenBits(costs, { bytes: most }).bits;
}

/**
 * The costs of the weights that were rounded to four bits, where nothing better was measured: a layer's own error, noise over
 * signal in its output, stands for the network's.
 */
export function costsByLayer(
  description: ModelDescription,
  stage: StageName,
  layers: readonly LayerFound[],
): LayerCost[] {
  const shapes = new Map(parametersOf(description, stage).map(({ name, shape }) => [name, shape]));
  const error = (key: string, bits: Bits): number => {
    const layer = layers.find((one) => one.key === key && one.bits === bits);
    return layer ? 10 ** (-layer.decibels / 10) : 0;
  };
  return layers
    .filter(({ bits }) => bits === 4)
    .map(({ key }): LayerCost => {
      const shape = shapes.get(key)!;
      const [bytesAt8, bytesAt4] = [matrixBytes(shape, 8), matrixBytes(shape, 4)];
      return { key, bytesAt8, bytesAt4, errorAt8: error(key, 8), errorAt4: error(key, 4) };
    });
}
