/** One way from a layer's weights to integers, by the name that a user gives it. */
import { adaround } from './methods/adaround';
import { coordinateDescent } from './methods/coordinateDescent';
import type { Feedbacks } from './methods/feedback';
import { gptq } from './methods/gptq';
import type { Layer, Rounded } from './methods/layer';
import { type Grid, nearest } from './methods/nearest';
import { searchScales } from './methods/searchScales';
import { searchSteps } from './methods/searchSteps';
import type { Work } from './methods/work';

/** `gptq` and `adaround` are followed by sweeps of coordinate descent, and in four bits preceded by a search for scales. */
export type Rounding = 'nearest' | 'gptq' | 'adaround';

export const ROUNDINGS = ['nearest', 'gptq', 'adaround'] as const satisfies readonly Rounding[];

export interface RoundingOptions {
  readonly rounding: Rounding;
  /** Of coordinate descent, at most. */
  readonly sweeps: number;
  /** Of AdaRound. */
  readonly iterations: number;
}

/** Three sweeps gain all but a hundredth of what more would; 300 iterations warm-started cost AdaRound 0.2 dB of its 1,000. */
export const DEFAULT_ROUNDING: RoundingOptions = { rounding: 'gptq', sweeps: 3, iterations: 300 };

/** `feedbacks` are of layers with the very same moments. */
export async function roundLayer(
  layer: Layer,
  grid: Grid,
  options: RoundingOptions,
  work: Work,
  feedbacks?: Feedbacks,
): Promise<Rounded> {
  const { rounding, sweeps, iterations } = options;
  const first = nearest(layer, grid);
  const start = grid.steps ? await searchSteps(layer, first, work) : first;
  if (rounding === 'nearest') return start;
  const scaled = grid.most < 127 && !grid.steps ? await searchScales(layer, start, work) : start;
  const rounded =
    rounding === 'gptq' ? await gptq(layer, scaled, work, feedbacks) : await adaround(layer, scaled, iterations, work);
  return sweeps > 0 ? coordinateDescent(layer, rounded, sweeps, work) : rounded;
}
