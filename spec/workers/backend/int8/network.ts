/** Small networks with made-up weights, run on the kernels and one number at a time. */
import type { Layers } from '../../../../models/graph/layers';
import { listing, type Parameter } from '../../../../models/graph/parameters';
import { packedBytes, planTensors } from '../../../../models/pack';
import { staysWide } from '../../../../models/quantize/plan';
import { sqnr as decibels, energies } from '../../../../models/quantize/quality/sqnr';
import type { PackedTensor } from '../../../../models/stage';
import { weightsInMemory } from '../../../../models/stageWeights';
import { openInt8Stage, type Watch } from '../../../../workers/backend/int8/int8Stage';
import type { Numbers } from '../../../../workers/backend/int8/numbers';
import type { Threads } from '../../../../workers/backend/int8/threads';
import type { Tensor, Tensors } from '../../../../workers/tensor';
import { roundedLayers } from './rounded';
import { scalarLayers, type Weights } from './scalar';

/** Uniform numbers in ±1, the same for the same seed (Numerical Recipes, 2nd ed., §7.1). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export interface Made {
  readonly tensors: readonly PackedTensor[];
  readonly bytes: Uint8Array;
  readonly weights: Weights;
}

/**
 * Weights for what `describe` asks for. Matrices and kernels are multiples of a scale, up to ±127 of them, for each output:
 * to make them integers costs nothing, so that all error is the activations'.
 */
export function madeUp(describe: (net: Layers) => void, seed: number): Made {
  const parameters: Parameter[] = [];
  describe(listing(parameters));
  const random = uniform(seed);
  const weights = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const { name, shape } of parameters) {
    const rows = shape[0]!;
    const length = shape.slice(1).reduce((product, size) => product * size, 1);
    const data = new Float32Array(rows * length);
    const matrix = shape.length > 1 && !staysWide(name);
    for (let row = 0; row < rows; row++) {
      const scale = Math.fround((1 + 0.5 * random()) / 127 / Math.sqrt(length));
      for (let i = 0; i < length; i++) {
        const value = random();
        data[row * length + i] = !matrix ? value : (i === 0 ? 127 : Math.round(127 * value)) * scale;
      }
    }
    weights.set(name, { shape, data });
  }
  const tensors = planTensors(parameters, () => 'F32', 'exact').map((tensor) => ({
    ...tensor,
    name: tensor.name.split('/')[0]!,
  }));
  const bytes = new Uint8Array(packedBytes(tensors));
  for (const { name, offset } of tensors) bytes.set(new Uint8Array(weights.get(name)!.data.buffer), offset);
  return { tensors, bytes, weights };
}

export async function onKernels(
  describe: (net: Layers) => void,
  { tensors, bytes }: Made,
  inputs: Tensors,
  threads: Threads,
  precise = true,
  watch?: Watch,
): Promise<Tensors> {
  const network = { name: 'made up', describe, tensors, precise: () => precise };
  const stage = await openInt8Stage(network, weightsInMemory(bytes), threads, new AbortController().signal, watch);
  try {
    return await stage.run(inputs);
  } finally {
    await stage.close();
  }
}

/** In float64; `rounding`: with what products read in the integers that these are. */
export function oneByOne(
  describe: (net: Layers) => void,
  { weights }: Made,
  inputs: Tensors,
  rounding?: Numbers,
): Map<string, Float64Array> {
  const outputs = new Map<string, Float64Array>();
  const given = new Map(Object.entries(inputs).map(([name, { data }]) => [name, data]));
  const exact = scalarLayers(weights, given, outputs);
  describe(rounding ? roundedLayers(exact, rounding) : exact);
  return outputs;
}

export function input(shape: readonly number[], seed: number, amplitude = 1): Tensor {
  const random = uniform(seed);
  const length = shape.reduce((product, size) => product * size, 1);
  return { type: 'float32', shape, data: Float32Array.from({ length }, () => amplitude * random()) };
}

/** Signal to noise, decibels. */
export const sqnr = (computed: ArrayLike<number>, expected: ArrayLike<number>): number =>
  decibels(energies(expected, computed));

/** The first number that is not the same in both, bit for bit; -1 where there is none. */
export const differentAt = (a: Tensor, b: Tensor): number =>
  a.data.findIndex((value, i) => !Object.is(value, b.data[i]));
