/** Inputs of a layer as networks have them, roughly: few factors in all channels, of different loudness, neighbors alike. */
import type { MatMul } from '../../models/quantize/matrix/matMul';
import { transposeRows } from '../../models/quantize/transpose';

const FACTORS = 16;

/** `[samples, channels · taps]`, the same numbers each time. */
export function madeUpInputs(channels: number, taps: number, samples: number): Float32Array {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const mixing = Float32Array.from({ length: FACTORS * channels }, random);
  const loudness = Float32Array.from({ length: channels }, () => 2 ** (2 * random()));
  const means = Float32Array.from({ length: channels }, () => random() / 2);
  const inputs = new Float32Array(samples * channels * taps);
  for (let sample = 0, at = 0; sample < samples; sample++) {
    const factors = Float32Array.from({ length: FACTORS }, random);
    for (let channel = 0; channel < channels; channel++) {
      let mixed = means[channel]!;
      for (let f = 0; f < FACTORS; f++) mixed += factors[f]! * mixing[f * channels + channel]!;
      const shared = random();
      for (let tap = 0; tap < taps; tap++) inputs[at++] = loudness[channel]! * (mixed + shared / 2 + random() / 2);
    }
  }
  return inputs;
}

/** E[x xᵀ] `[columns, columns]`. */
export async function secondMoments(inputs: Float32Array, columns: number, matMul: MatMul): Promise<Float32Array> {
  const samples = inputs.length / columns;
  const turned = new Float32Array(inputs.length);
  transposeRows(inputs, turned, 0, samples, 1);
  const sums = await matMul(turned, inputs, columns, samples, columns);
  return sums.map((sum) => sum / samples);
}
