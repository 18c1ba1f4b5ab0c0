/** What rounding left, as files: for each weight and width of its integers, these and their scales. */

import { bytesOf } from '../floats';
import { badModel } from '../refuse';
import { encodeSafetensors, type NamedTensor } from '../safetensorsWriter';
import type { TensorSource } from '../tensorSource';
import type { Bits, IntegerWeight, IntegerWeights, WeightBits } from './integerWeights';

export const mostOf = (bits: Bits): number => 2 ** (bits - 1) - 1;

/** A weight of the checkpoint, rounded. */
export interface RoundedWeight {
  readonly key: string;
  readonly bits: Bits;
  readonly rounded: IntegerWeight;
  /** What its bias is more by, one for each row. */
  readonly correction?: Float32Array;
}

const named = (key: string, bits: Bits): string => `${key}/int${bits}`;

/** A safetensors file that holds all of `weights`. */
export function roundedFile(weights: readonly RoundedWeight[]): Uint8Array {
  return encodeSafetensors(
    weights.flatMap(({ key, bits, rounded: { values, scales, steps }, correction }): NamedTensor[] => {
      const name = named(key, bits);
      const bias = { name: `${name}/bias`, dtype: 'F32', shape: [correction?.length ?? 0] } as const;
      return [
        ...(correction ? [{ ...bias, data: bytesOf(correction) }] : []),
        ...(steps ? [{ name: `${name}/steps`, dtype: 'U8', shape: [steps.length], data: steps } as const] : []),
        { name: `${name}/scales`, dtype: 'F32', shape: [scales.length], data: bytesOf(scales) },
        { name, dtype: 'I8', shape: [values.length], data: bytesOf(values) },
      ];
    }),
  );
}

/** What the bias `key` is more by, with its weight in as many bits as `bits` says; `undefined` where it is as it was. */
async function correctionOf(
  files: readonly TensorSource[],
  key: string,
  bits: WeightBits,
): Promise<Float32Array | undefined> {
  const weight = key.replace(/\.bias$/, '.weight');
  if (weight === key) return undefined;
  const name = `${named(weight, bits(weight))}/bias`;
  const file = files.find((some) => some.info(name));
  return file && new Float32Array((await file.read(name)).slice().buffer);
}

/**
 * The weights of a network whose matrices lie in `files` as rounded, each in as many bits as `bits` says, and all else in
 * `others`, biases with what takes the mean error of rounding back. Rejects with `bad-model` where none has a weight that is asked for.
 */
export function roundedWeights(
  files: readonly TensorSource[],
  others: IntegerWeights,
  bits: WeightBits,
): IntegerWeights {
  return {
    async floats(key) {
      const floats = await others.floats(key);
      const correction = await correctionOf(files, key, bits);
      return correction ? floats.map((value, row) => value + correction[row]!) : floats;
    },
    async integers(key) {
      const name = named(key, bits(key));
      const file = files.find((some) => some.info(name));
      if (!file) throw badModel(key, `its integers in ${bits(key)} bits`, 'none');
      const scales = await file.read(`${name}/scales`);
      const values = await file.read(name);
      const steps = file.info(`${name}/steps`) && (await file.read(`${name}/steps`)).slice();
      return {
        values: new Int8Array(values.slice().buffer),
        scales: new Float32Array(scales.slice().buffer),
        most: steps ? mostOf(8) : mostOf(bits(key)),
        ...(steps ? { steps } : {}),
      };
    },
  };
}
