/** From what calibration found in a part of a network to the integers of its weights. */
import type { LayerInput } from '../graph/qnn/layerInputs';
import type { Calibrated } from './calibrate/calibrate';
import type { Bits, IntegerWeights } from './integerWeights';
import { outputError } from './methods/error';
import type { Grid } from './methods/nearest';
import type { Work } from './methods/work';
import { BLOCK } from './plan';
import { mostOf, type RoundedWeight } from './roundedWeights';
import { type RoundingOptions, roundLayer } from './roundLayer';

/** What rounding a weight cost its layer's output. */
export interface LayerFound {
  readonly key: string;
  readonly bits: Bits;
  /** Numbers in the weight. */
  readonly weights: number;
  /** Signal to noise of the output, decibels. */
  readonly decibels: number;
  /** E‖error‖² at one place of the output, over all channels. */
  readonly squared: number;
  readonly seconds: number;
}

/** In four bits, blocks of a row have scales of their own; where there are none, four bits are stored nowhere. */
function gridOf({ columns, geometry }: LayerInput, bits: Bits): Grid | undefined {
  if (bits === 8) return { most: mostOf(bits), block: columns };
  return geometry.kernel === 1 && columns % BLOCK === 0 ? { most: mostOf(bits), block: BLOCK } : undefined;
}

/**
 * Every weight in every one of `bits` that it can be stored in. `progress`: weights done, of all, counted by their numbers.
 */
export async function roundPart(
  { layers }: Calibrated,
  weights: IntegerWeights,
  bits: readonly Bits[],
  options: RoundingOptions,
  work: Work,
): Promise<{ readonly rounded: RoundedWeight[]; readonly found: LayerFound[] }> {
  const rounded: RoundedWeight[] = [];
  const found: LayerFound[] = [];
  const jobs = layers.flatMap((layer) => layer.keys.map((key) => ({ key, layer })));
  for (const [i, { key, layer }] of jobs.entries()) {
    const numbers = await weights.floats(key);
    const { columns, gram, cross } = layer;
    const full = { weights: numbers, rows: numbers.length / columns, columns, gram, ...(cross ? { cross } : {}) };
    for (const width of bits) {
      const grid = gridOf(layer, width);
      if (!grid) continue;
      const started = performance.now();
      const silent: Work = { matMul: work.matMul, signal: work.signal };
      const result = await roundLayer(full, grid, options, silent);
      const seconds = (performance.now() - started) / 1000;
      const { decibels, squared } = await outputError(full, result, silent);
      rounded.push({ key, bits: width, rounded: result });
      found.push({ key, bits: width, weights: numbers.length, decibels, squared, seconds });
    }
    work.progress?.(i + 1, jobs.length);
  }
  return { rounded, found };
}
