/** A checkpoint's weights as the graphs for NPUs want them: matrices in integers, whoever rounded them, all else as it is. */
import { isWeightDtype } from '../dtype';
import { toF32 } from '../floats';
import { badModel } from '../refuse';
import type { TensorSource } from '../tensorSource';
import { BLOCK, hasBlocks } from './plan';
import { quantize } from './rounding';

/** A weight `[rows, columns]` as `scales` · `values`. */
export interface IntegerWeight {
  /** Row by row, as the checkpoint has them, none beyond ±`most`. */
  readonly values: Int8Array;
  /** One for each row, or for each run of equally many weights of a row. */
  readonly scales: Float32Array;
  /** 127 in 8 bits, 7 in 4. */
  readonly most: number;
  /** Of a kernel in four bits: what the integers of each `KERNEL_BLOCK` of a row are multiples of, none more than sevenfold. */
  readonly steps?: Uint8Array;
}

export interface IntegerWeights {
  integers(key: string): Promise<IntegerWeight>;
  floats(key: string): Promise<Float32Array>;
}

/** Of an integer that a weight is stored in. */
export type Bits = 8 | 4;

/** Bits that the weight of this name is stored in. */
export type WeightBits = (key: string) => Bits;

/**
 * Every weight of `source` rounded to nearest over its row's largest magnitude, in four bits over that of `BLOCK` inputs.
 * Rejects with `bad-model` where one is not finite.
 */
export function roundedToNearest(source: TensorSource, bits: WeightBits): IntegerWeights {
  const floats = async (key: string): Promise<Float32Array> => {
    const dtype = source.info(key)?.dtype ?? 'none';
    if (dtype === 'none' || !isWeightDtype(dtype)) throw badModel(`${source.name}: ${key}`, 'F32, F16 or BF16', dtype);
    return toF32(dtype, await source.read(key));
  };
  return {
    floats,
    async integers(key) {
      const weights = await floats(key);
      const most = 2 ** (bits(key) - 1) - 1;
      const { shape } = source.info(key)!;
      const [rows, columns] = shape as [number, number];
      const blocks = most === 7 && hasBlocks(shape) ? columns / BLOCK : 1;
      const [values, scales] = [new Int8Array(weights.length), new Float32Array(rows * blocks)];
      quantize(weights, most, scales, values);
      if (scales.some(Number.isNaN)) throw badModel(`${source.name}: ${key}`, 'finite numbers', 'infinity or NaN');
      return { values, scales, most };
    },
  };
}
