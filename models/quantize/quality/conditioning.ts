/**
 * What a quantized UNet keeps of the prompt. Classifier-free guidance multiplies the difference between the noise it
 * predicts with the prompt and without (Ho and Salimans, Classifier-Free Diffusion Guidance, 2022, equation 6), and that
 * difference is small beside either: a network may keep its SQNR and lose what makes it listen.
 */
import { CodedError } from '../../errors';
import { standardDeviation, statistics } from './runningStatistics';
import { sameLength } from './sameLength';

/** Predicted noise of one latent at one timestep, `[1, 4, height / 8, width / 8]` each. */
export interface Guided {
  readonly conditional: Float32Array;
  readonly unconditional: Float32Array;
}

/** u + s (c − u): what a guided step goes by (equation 6). `[1, 4, height / 8, width / 8]` */
export const guidedNoise = ({ conditional, unconditional }: Guided, guidanceScale: number): Float32Array =>
  unconditional.map((value, i) => value + guidanceScale * (conditional[i]! - value));

export interface ConditioningKept {
  /** Standard deviation of conditional − unconditional, over the reference's: 1 where all is kept, 0 where it is deaf. */
  readonly ratio: number;
  /** Cosine of the angle between the two differences, −1 … 1; 0 where the network is deaf. */
  readonly cosine: number;
}

/** `bad-argument` where sizes differ, and where the prompt makes no difference to the reference: nothing could be kept. */
export function conditioningKept(reference: Guided, quantized: Guided): ConditioningKept {
  const expected = difference('reference', reference);
  const got = difference('quantized', quantized);
  sameLength('conditioning', expected, got);
  const spread = standardDeviation(statistics(expected));
  if (!(spread > 0)) {
    const wanted = 'a prompt that makes a difference';
    throw new CodedError('bad-argument', { argument: 'reference', expected: wanted, got: `a spread of ${spread}` });
  }
  const lengths = Math.sqrt(product(expected, expected) * product(got, got));
  return {
    ratio: standardDeviation(statistics(got)) / spread,
    cosine: lengths === 0 ? 0 : product(expected, got) / lengths,
  };
}

function difference(argument: string, { conditional, unconditional }: Guided): Float64Array {
  sameLength(argument, conditional, unconditional);
  return Float64Array.from(conditional, (value, i) => value - unconditional[i]!);
}

const product = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
