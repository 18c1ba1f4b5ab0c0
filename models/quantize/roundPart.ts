/** From what calibration found in a part of a network to the integers of its weights. */
import type { LayerInput } from '../graph/qnn/layerInputs';
import { atPlace } from './atPlace';
import type { Calibrated } from './calibrate/calibrate';
import type { Bits, IntegerWeights } from './integerWeights';
import { biasCorrection } from './methods/biasCorrection';
import { centered } from './methods/centered';
import { type OutputError, outputError } from './methods/error';
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
  { biases = new Set(), kernels = false, ...options }: RoundPartOptions,
  work: Work,
): Promise<{ readonly rounded: RoundedWeight[]; readonly found: LayerFound[] }> {
  const rounded: RoundedWeight[] = [];
  const found: LayerFound[] = [];
  const jobs = layers.flatMap((layer) => layer.keys.map((key) => ({ key, layer })));
  for (const [i, { key, layer }] of jobs.entries()) {
    await atPlace(key, work.signal, async () => {
      const numbers = await weights.floats(key);
      const { columns, gram, cross, mean } = layer;
      const full = { weights: numbers, rows: numbers.length / columns, columns, gram, ...(cross ? { cross } : {}) };
      const corrected = biases.has(biasOf(key));
      // With a bias that takes the mean error back, rounding is free to leave one.
      const around = corrected && !cross ? { ...full, gram: centered(gram, mean) } : full;
      for (const width of bits) {
        const grid = gridOf(key, layer, width, kernels);
        if (!grid) continue;
        const started = performance.now();
        const silent: Work = { matMul: work.matMul, signal: work.signal };
        const result = await roundLayer(around, grid, options, silent);
        const seconds = (performance.now() - started) / 1000;
        const whole = await outputError(full, result, silent);
        const { decibels, squared } = corrected ? withoutMean(whole, await outputError(around, result, silent)) : whole;
        const correction = corrected ? { correction: biasCorrection(full, result, mean) } : {};
        rounded.push({ key, bits: width, rounded: inEightBits(result, full.rows), ...correction });
        found.push({ key, bits: width, weights: numbers.length, decibels, squared, seconds });
      }
    });
    work.progress?.(i + 1, jobs.length);
  }
  return { rounded, found };
}

/** The noise that is left `around` the mean, of the signal as a whole. */
function withoutMean({ squared: all, decibels }: OutputError, { squared }: OutputError): OutputError {
  return { squared, decibels: decibels + (squared > 0 ? 10 * Math.log10(all / squared) : Number.POSITIVE_INFINITY) };
}
