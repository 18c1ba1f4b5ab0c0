/** Weights as specs have them, packed as models store them. */
import { bytesOf } from '../../models/floats';
import { byKey, packedBytes } from '../../models/pack';
import { encoded } from '../../models/quantize/encode';
import { quantize as quantizeInto } from '../../models/quantize/rounding';
import { weightInMemory } from '../../models/quantize/weight';
import type { PackedTensor } from '../../models/stage';

/** The weights file of `tensors`, of float32 `weights` by their keys. */
export async function packedFile(
  tensors: readonly PackedTensor[],
  weights: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>,
): Promise<Uint8Array> {
  const file = new Uint8Array(packedBytes(tensors));
  for (const [key, planned] of byKey(tensors)) {
    const { shape, data } = weights[key]!;
    const weight = weightInMemory(key, 'F32', shape, bytesOf(data));
    for await (const { offset, bytes } of encoded(planned, weight)) file.set(bytes, offset);
  }
  return file;
}

export interface Quantized {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/** `weights` in `runs` of equal length, one scale each. */
export function quantize(weights: Float32Array, runs: number, most: number): Quantized {
  const [values, scales] = [new Int8Array(weights.length), new Float32Array(runs)];
  quantizeInto(weights, most, scales, values);
  return { values, scales };
}
