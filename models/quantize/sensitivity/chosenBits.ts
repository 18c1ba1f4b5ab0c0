/**
 * Which weights get eight bits and which make do with four. The errors of layers that are rounded are nearly independent, so
 * that their energies add up in what the network says; what remains is a knapsack, filled by error added for each byte saved
 * (Dantzig 1957, Discrete-Variable Extremum Problems): first, last and other sensitive layers stand out by their numbers.
 */
import { CodedError } from '../../errors';
import type { Bits } from '../integerWeights';

/** One weight, what it takes, and what it costs. */
export interface LayerCost {
  /** The checkpoint's name of the weight. */
  readonly key: string;
  readonly bytesAt8: number;
  readonly bytesAt4: number;
  /** Energy of the error in the network's output, of that of the output, where this weight alone is rounded. */
  readonly errorAt8: number;
  readonly errorAt4: number;
}

/** As good as may be in at most so many bytes, or as small as may be with at least so many decibels. */
export type Goal = { readonly bytes: number } | { readonly decibels: number };

export interface ChosenBits {
  readonly bits: ReadonlyMap<string, Bits>;
  readonly bytes: number;
  /** Signal to noise of the network's output, as far as errors add up; infinite where there are none. */
  readonly decibels: number;
}

/** `bad-argument` where four bits everywhere are too many bytes, or eight everywhere too few decibels. */
export function chosenBits(layers: readonly LayerCost[], goal: Goal): ChosenBits {
  const order = layers.filter((layer) => saved(layer) > 0).sort((a, b) => price(a) - price(b));
  const four = 'bytes' in goal ? within(layers, order, goal.bytes) : reaching(layers, order, goal.decibels);
  const bits = new Map(layers.map((layer): [string, Bits] => [layer.key, four.has(layer) ? 4 : 8]));
  return { bits, bytes: bytesOf(layers, four), decibels: decibelsOf(errorOf(layers, four)) };
}

const saved = ({ bytesAt8, bytesAt4 }: LayerCost): number => bytesAt8 - bytesAt4;
const added = ({ errorAt8, errorAt4 }: LayerCost): number => errorAt4 - errorAt8;
const price = (layer: LayerCost): number => added(layer) / saved(layer);

type Some = ReadonlySet<LayerCost>;

const bytesOf = (layers: readonly LayerCost[], four: Some): number =>
  layers.reduce((sum, layer) => sum + (four.has(layer) ? layer.bytesAt4 : layer.bytesAt8), 0);
const errorOf = (layers: readonly LayerCost[], four: Some): number =>
  layers.reduce((sum, layer) => sum + (four.has(layer) ? layer.errorAt4 : layer.errorAt8), 0);
const decibelsOf = (error: number): number => (error <= 0 ? Number.POSITIVE_INFINITY : -10 * Math.log10(error));

function within(layers: readonly LayerCost[], order: readonly LayerCost[], most: number): Some {
  const four = new Set<LayerCost>();
  let bytes = bytesOf(layers, four);
  for (const layer of order) {
    if (bytes <= most && added(layer) >= 0) break;
    four.add(layer);
    bytes -= saved(layer);
  }
  if (bytes > most) throw refused('bytes', `at least ${bytes}`, most);
  // The last one may have been large: what it saved too much is room for others.
  for (const layer of [...four].sort((a, b) => added(b) - added(a))) {
    if (added(layer) <= 0 || bytes + saved(layer) > most) continue;
    four.delete(layer);
    bytes += saved(layer);
  }
  return four;
}

function reaching(layers: readonly LayerCost[], order: readonly LayerCost[], least: number): Some {
  const four = new Set<LayerCost>();
  const most = 10 ** (-least / 10);
  let error = errorOf(layers, four);
  for (const layer of order) {
    if (added(layer) > 0 && error + added(layer) > most) continue;
    four.add(layer);
    error += added(layer);
  }
  if (error > most) throw refused('decibels', `at most ${decibelsOf(error)}`, least);
  return four;
}

const refused = (argument: string, expected: string, got: number): CodedError =>
  new CodedError('bad-argument', { argument, expected, got: `${got}` });
