/** In which numbers the networks are tried: bits of the weights and of what lies between two steps. */
import type { WeightBits } from '../../models/quantize/integerWeights';

export interface Format {
  readonly weightBits: WeightBits;
  readonly activationBits: 16 | 8;
}

/** Where most of the weights are, and rounding is seen least: within transformer blocks and in the wide convolutions. */
const FOUR_BITS = /\.transformer_blocks\.|\.resnets\.\d+\.conv[12]\.|\.mlp\.fc[12]\./;

export const FORMATS = {
  w8a16: { weightBits: () => 8, activationBits: 16 },
  w8a8: { weightBits: () => 8, activationBits: 8 },
  /** Mixed: the first and the last layers, the time's and all that is narrow keep 8 bits. */
  w4a16: { weightBits: (key) => (FOUR_BITS.test(key) ? 4 : 8), activationBits: 16 },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof FORMATS;
