/**
 * Can this backend count? A UNet of three levels with made-up weights, small enough to run in milliseconds and made of
 * every operation that the real one has, against numbers stored here. They were computed by ORT's CPU kernels without
 * graph optimizations; spec/workers/backend/selfTest.spec.ts computes them again.
 */
import { bytesOf } from '../../models/floats';
import { parametersOf } from '../../models/graph/parameters';
import { packedBytes, planTensors, stageGraph } from '../../models/pack';
import { encoded } from '../../models/quantize/encode';
import { weightInMemory } from '../../models/quantize/weight';
import type { ModelDescription } from '../../models/sd15';
import type { StageFile } from '../../models/stage';
import { weightsInMemory } from '../../models/stageWeights';
import { CodedError } from '../errors';
import type { Tensors } from '../tensor';
import type { Backend } from './backend';
import { loweringOf } from './lowering';

/** Largest error, relative to the root mean square of the output, that counts as right: f32 on any order of sums. */
const TOLERANCE = 1e-3;
/**
 * Of what rounds weights to eight bits and activations to so many, whose sums are proven bit for bit before (int8/form.ts): three
 * times what that costs here, which is 0.0046 with words, 0.013 with bytes and 0.018 where those have seven bits.
 */
const ROUNDED_TOLERANCE = { bytes: 0.055, words: 0.014 } as const;

const DESCRIPTION: ModelDescription = {
  textEncoder: {
    vocabSize: 2,
    hiddenSize: 16,
    intermediateSize: 16,
    numHiddenLayers: 0,
    numAttentionHeads: 2,
    maxPositionEmbeddings: 77,
    hiddenAct: 'quick_gelu',
    layerNormEps: 1e-5,
  },
  unet: {
    sampleSize: 6,
    inChannels: 4,
    outChannels: 4,
    blockOutChannels: [16, 16, 32],
    downBlockTypes: ['CrossAttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
    upBlockTypes: ['UpBlock2D', 'UpBlock2D', 'CrossAttnUpBlock2D'],
    layersPerBlock: 1,
    attentionHeads: [2, 2, 4],
    crossAttentionDim: 16,
    normNumGroups: 4,
    normEps: 1e-5,
    flipSinToCos: true,
    freqShift: 0,
    downsamplePadding: 1,
    midBlockScaleFactor: 1,
  },
  vae: {
    inChannels: 3,
    outChannels: 3,
    latentChannels: 4,
    blockOutChannels: [16],
    layersPerBlock: 1,
    normNumGroups: 4,
    scalingFactor: 1,
  },
  scheduler: {
    numTrainTimesteps: 1000,
    betaStart: 0.00085,
    betaEnd: 0.012,
    betaSchedule: 'scaled_linear',
    predictionType: 'epsilon',
  },
};
/** 3 × 3 at the deepest: on the way up first not quite doubled, then doubled, which are two ways to convolve. */
const SIZE = { batch: 1, height: 12, width: 10 };

/** Every 43rd number of the output `[1, 4, 12, 10]` at a timestep; our own kernels have a program for early ones. */
export const EXPECTED: readonly (readonly [timestep: number, numbers: readonly number[]])[] = [
  [
    500.25,
    [
      ...[-1.26038, -1.94107, -1.75559, -0.87715, -0.26158, -0.78596],
      ...[-2.40728, -2.69957, -2.99852, 0.01718, -0.43512, -0.93587],
    ],
  ],
  [
    900.25,
    [
      ...[-1.23635, -1.91258, -1.74503, -0.88931, -0.289, -0.82949],
      ...[-2.38009, -2.67951, -3.0038, -0.00882, -0.43483, -0.93721],
    ],
  ],
];
export const STRIDE = 43;

/**
 * Whether `backend` gets the stored numbers. A backend that cannot even run the network fails too; one of which a part did not arrive
 * has proved nothing, and rejects with `download-failed`.
 */
export async function selfTest(backend: Backend): Promise<boolean> {
  try {
    const computed = await selfTestOutputs(backend);
    const { numbers } = backend;
    return EXPECTED.every(([, expected], at) => {
      const rms = Math.sqrt(expected.reduce((sum, value) => sum + value * value, 0) / expected.length);
      const most = (numbers ? ROUNDED_TOLERANCE[numbers] : TOLERANCE) * rms;
      return expected.every((value, i) => Math.abs(computed[at]![i * STRIDE]! - value) <= most);
    });
  } catch (thrown) {
    if (thrown instanceof CodedError && thrown.code === 'download-failed') throw thrown;
    // For whoever looks into a driver's failure; the page only hears that the test was not passed.
    console.warn(`self-test on ${backend.name}:`, thrown);
    return false;
  }
}

/** The whole output of the test network on `backend`, at each timestep. */
export async function selfTestOutputs(backend: Backend): Promise<Float32Array[]> {
  const stage = await backend.open(await selfTestFile(backend.name), new AbortController().signal);
  try {
    const outputs: Float32Array[] = [];
    for (const [timestep] of EXPECTED) outputs.push((await stage.run(inputs(timestep))).noise!.data as Float32Array);
    return outputs;
  } finally {
    await stage.close();
  }
}

async function selfTestFile(name: Backend['name']): Promise<StageFile> {
  const parameters = parametersOf(DESCRIPTION, 'unet');
  const tensors = planTensors(parameters, () => 'F32', 'exact');
  const weights = new Uint8Array(packedBytes(tensors));
  for (const [i, { shape }] of parameters.entries()) {
    const tensor = tensors[i]!;
    const count = shape.reduce((a, b) => a * b);
    const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
    const values = fill(new Float32Array(count), Math.sqrt(3 / fanIn), tensor.offset);
    const weight = weightInMemory(tensor.name, 'F32', shape, bytesOf(values));
    for await (const { offset, bytes } of encoded([tensor], weight)) weights.set(bytes, offset);
  }
  const graph = stageGraph(DESCRIPTION, 'unet', SIZE, tensors, loweringOf(name));
  const network = { description: DESCRIPTION, stage: 'unet', size: SIZE, tensors } as const;
  return { name: 'unet', graph, network, weights: weightsInMemory(weights) };
}

function inputs(timestep: number): Tensors {
  const { height, width } = SIZE;
  return {
    sample: { type: 'float32', shape: [1, 4, height, width], data: fill(new Float32Array(4 * height * width), 1.7, 1) },
    timestep: { type: 'float32', shape: [1], data: Float32Array.of(timestep) },
    encoder_hidden_states: { type: 'float32', shape: [1, 77, 16], data: fill(new Float32Array(77 * 16), 1.7, 2) },
  };
}

/** Uniform numbers in ±`amplitude`: a 32-bit linear congruential generator (Numerical Recipes, 2nd ed., §7.1). */
function fill(data: Float32Array, amplitude: number, seed: number): Float32Array {
  let state = seed >>> 0;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = amplitude * (state / 2 ** 31 - 1);
  }
  return data;
}
