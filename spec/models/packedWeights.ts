/** Weights as specs have them, packed as models store them. */
import { bytesOf } from '../../models/floats';
import { byKey, packedBytes } from '../../models/pack';
import { encoded } from '../../models/quantize/encode';
import { quantize as quantizeInto } from '../../models/quantize/rounding';
import type { PackedTensor } from '../../models/stage';

/** The weights file of `tensors`, of float32 `weights` by their keys. */
export function packedFile(
  tensors: readonly PackedTensor[],
  weights: Readonly<Record<string, { readonly data: Float32Array }>>,
): Uint8Array {
  const file = new Uint8Array(packedBytes(tensors));
  for (const [key, planned] of byKey(tensors)) {
    const parts = encoded(planned, 'F32', bytesOf(weights[key]!.data))!;
    for (const [i, { offset }] of planned.entries()) file.set(parts[i]!, offset);
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
