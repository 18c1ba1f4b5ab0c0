/** From what calibration found in a part of a network to the integers of its weights. */
import type { LayerInput } from '../graph/qnn/layerInputs';
import { atPlace } from './atPlace';
import type { Calibrated } from './calibrate/calibrate';
import type { Bits, IntegerWeights } from './integerWeights';
import type { BlockDiagonal } from './matrix/blockDiagonal';
import { biasCorrection } from './methods/biasCorrection';
import { centered } from './methods/centered';
import { type OutputError, outputError } from './methods/error';
import { Feedbacks } from './methods/feedback';
import type { Grid } from './methods/nearest';
import type { Work } from './methods/work';
import { BLOCK, KERNEL_BLOCK, staysWide } from './plan';
import { mostOf, type RoundedWeight } from './roundedWeights';
import { type RoundingOptions, roundLayer } from './roundLayer';
import { inEightBits } from './steps';

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
function gridOf(key: string, { columns, geometry }: LayerInput, bits: Bits, kernels: boolean): Grid | undefined {
  const most = mostOf(bits);
  if (bits === 8) return { most, block: columns };
  if (geometry.kernel === 1) return columns % BLOCK === 0 ? { most, block: BLOCK } : undefined;
  return kernels && !staysWide(key) && columns % KERNEL_BLOCK === 0
    ? { most, block: KERNEL_BLOCK, steps: true }
    : undefined;
}

export interface RoundPartOptions extends RoundingOptions {
  /** The checkpoint's names of biases that take back what rounding does to the mean of a layer's output; none where absent. */
  readonly biases?: ReadonlySet<string>;
  /** Whether kernels of 3 × 3 may have four bits, which no NPU takes. */
  readonly kernels?: boolean;
}

/** Which bias is added to the product with a weight. */
export const biasOf = (key: string): string => key.replace(/\.weight$/, '.bias');

/**
 * Every weight in every one of `bits` that it can be stored in. `progress`: weights done, of all, counted by their numbers.
 */
export async function roundPart(
  { layers }: Calibrated,
  weights: IntegerWeights,
  bits: readonly Bits[],
  options: RoundPartOptions,
  work: Work,
): Promise<{ readonly rounded: RoundedWeight[]; readonly found: LayerFound[] }> {
  const rounded: RoundedWeight[] = [];
  const found: LayerFound[] = [];
  const count = layers.reduce((sum, { keys }) => sum + keys.length, 0);
  let done = 0;
  for (const layer of layers) {
    const round = roundingOf(layer, options, work);
    for (const key of layer.keys) {
      await atPlace(key, work.signal, async () => {
        const numbers = await weights.floats(key);
        for (const width of bits) {
          const made = await round(key, numbers, width);
          if (!made) continue;
          rounded.push(made.rounded);
          found.push(made.found);
        }
      });
      work.progress?.(++done, count);
    }
  }
  return { rounded, found };
}

type Made = { readonly rounded: RoundedWeight; readonly found: LayerFound };

/** What rounds the weights that read what `layer` says, one after another: what they have in common is worked out once. */
function roundingOf(
  layer: Calibrated['layers'][number],
  { biases = new Set(), kernels = false, ...options }: RoundPartOptions,
  { matMul, signal }: Work,
): (key: string, numbers: Float32Array, width: Bits) => Promise<Made | undefined> {
  const silent: Work = { matMul, signal };
  const feedbacks = new Feedbacks();
  let varying: BlockDiagonal | undefined;
  return async (key, numbers, width) => {
    const grid = gridOf(key, layer, width, kernels);
    if (!grid) return undefined;
    const { columns, gram, cross, mean } = layer;
    const full = { weights: numbers, rows: numbers.length / columns, columns, gram, ...(cross ? { cross } : {}) };
    const corrected = biases.has(biasOf(key));
    // With a bias that takes the mean error back, rounding is free to leave one.
    if (corrected && !cross) varying ??= centered(gram, mean);
    const around = corrected && !cross ? { ...full, gram: varying! } : full;
    const started = performance.now();
    const result = await roundLayer(around, grid, options, silent, feedbacks);
    const seconds = (performance.now() - started) / 1000;
    const whole = await outputError(full, result, silent);
    const { decibels, squared } = corrected ? withoutMean(whole, await outputError(around, result, silent)) : whole;
    const correction = corrected ? { correction: biasCorrection(full, result, mean) } : {};
    return {
      rounded: { key, bits: width, rounded: inEightBits(result, full.rows), ...correction },
      found: { key, bits: width, weights: numbers.length, decibels, squared, seconds },
    };
  };
}

/** The noise that is left `around` the mean, of the signal as a whole. */
function withoutMean({ squared: all, decibels }: OutputError, { squared }: OutputError): OutputError {
  return { squared, decibels: decibels + (squared > 0 ? 10 * Math.log10(all / squared) : Number.POSITIVE_INFINITY) };
}
