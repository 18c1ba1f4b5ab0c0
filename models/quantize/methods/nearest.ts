/** Every weight to the nearest step of a scale that its run's largest weight sets: where the other methods begin. */
import { CodedError } from '../../errors';
import { quantize } from '../rounding';
import { checkLayer, type Layer, type Rounded } from './layer';

export interface Grid {
  /** Integers are in ±`most`: 127 in eight bits, 7 in four. */
  readonly most: number;
  /** Consecutive columns of a row that share a scale, a divisor of the columns. */
  readonly block: number;
  /** Whether scales are to be whole multiples of their row's (searchSteps.ts). */
  readonly steps?: boolean;
}

/** `layer` to nearest. `bad-argument` for what does not fit together, `bad-model` for weights that are no finite numbers. */
export function nearest(layer: Layer, { most, block }: Grid): Rounded {
  checkLayer(layer);
  const { weights, columns } = layer;
  if (!Number.isInteger(most) || most < 1 || most > 127)
    throw new CodedError('bad-argument', { argument: 'most', expected: '1 to 127', got: `${most}` });
  if (!(columns % block === 0))
    throw new CodedError('bad-argument', { argument: 'block', expected: `a divisor of ${columns}`, got: `${block}` });
  const scales = new Float32Array(weights.length / block);
  const values = new Int8Array(weights.length);
  quantize(weights, most, scales, values);
  const broken = scales.findIndex(Number.isNaN);
  if (broken < 0) return { values, scales, most };
  throw new CodedError('bad-model', {
    argument: 'weights',
    expected: 'finite numbers',
    got: `others in row ${Math.floor((broken * block) / columns)}`,
  });
}
