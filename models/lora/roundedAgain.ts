/**
 * Integers for weights that were integers before something was added to them. To nearest over the same steps what is smaller than
 * half a step would be lost: of a change of 1 % of the weights' deviation 11 % in eight bits, and 97 % in four
 * (spec/models/lora/changedWeights.spec.ts). So the old steps and the new ones must not meet.
 */
import { quantize } from '../quantize/rounding';

/** By so much the steps of eight bits become wider: the integers before fall evenly between the new ones (the golden ratio's sixteenth). */
const WIDER = 1 + (Math.sqrt(5) - 1) / 20;

/**
 * Rounds `weights` to `values` within ±`most`, runs of equal length, each with one of `scales`, as `quantize` does but for the place
 * of the steps; in four bits, which are too few for that, at random between both neighbors, the nearer the likelier. What is
 * random depends on the place alone, that of the first weight being `first`.
 */
export function roundedAgain(
  weights: Float32Array,
  most: number,
  scales: Float32Array,
  values: Int8Array,
  first: number,
): void {
  quantize(weights, most, scales, values);
  const length = weights.length / scales.length;
  for (let run = 0; run < scales.length; run++) {
    const [begin, end] = [run * length, (run + 1) * length];
    if (most === 127) scales[run] = scales[run]! * WIDER;
    const steps = 1 / scales[run]!;
    if (most === 127) for (let i = begin; i < end; i++) values[i] = ((weights[i]! * steps + 127.5) | 0) - 127;
    else {
      for (let i = begin; i < end; i++)
        values[i] = Math.min(most, Math.max(-most, Math.floor(weights[i]! * steps + chance(first + i))));
    }
  }
}

/** A number in [0, 1) that looks random for each `place` (the finalizer of MurmurHash3). */
function chance(place: number): number {
  let bits = place + 0x9e3779b9;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}
