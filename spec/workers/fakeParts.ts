/** A model and a backend that compute nothing but keep a diary, for specs of what is done in which order. */
import { readFileSync } from 'node:fs';
import type { ModelDescription } from '../../models/sd15';
import type { StageName, StageSize } from '../../models/stage';
import { weightsInMemory } from '../../models/stageWeights';
import type { Backend } from '../../workers/backend/backend';
import type { Model } from '../../workers/model';
import type { Tensors } from '../../workers/tensor';
import { fromRoot } from '../root';

const TOKENIZER = 'models/demo/model/tokenizer';

export const DESCRIPTION: ModelDescription = {
  textEncoder: {
    vocabSize: 49408,
    hiddenSize: 2,
    intermediateSize: 2,
    numHiddenLayers: 1,
    numAttentionHeads: 1,
    maxPositionEmbeddings: 77,
    hiddenAct: 'quick_gelu',
    layerNormEps: 1e-5,
  },
  unet: {
    sampleSize: 8,
    inChannels: 4,
    outChannels: 4,
    blockOutChannels: [2],
    downBlockTypes: ['DownBlock2D'],
    upBlockTypes: ['UpBlock2D'],
    layersPerBlock: 1,
    attentionHeads: [1],
    crossAttentionDim: 2,
    normNumGroups: 1,
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
    blockOutChannels: [2, 2, 2, 2],
    layersPerBlock: 1,
    normNumGroups: 1,
    scalingFactor: 0.5,
  },
  scheduler: {
    numTrainTimesteps: 1000,
    betaStart: 0.00085,
    betaEnd: 0.012,
    betaSchedule: 'scaled_linear',
    predictionType: 'epsilon',
    stepsOffset: 1,
  },
};

/** Answers a network's call; the default noise is the sample itself times its hidden state's first number. */
export type Answer = (stage: StageName, inputs: Tensors, size: StageSize) => Tensors;

export function fakeParts(answer: Answer = plainAnswer) {
  const diary: string[] = [];
  /** Stages whose weights were closed. */
  const closed: StageName[] = [];
  const model: Model = {
    name: 'fake',
    description: DESCRIPTION,
    tokenizer: {
      vocab: JSON.parse(readFileSync(fromRoot(`${TOKENIZER}/vocab.json`), 'utf8')) as Record<string, number>,
      merges: readFileSync(fromRoot(`${TOKENIZER}/merges.txt`), 'utf8'),
    },
    bytes: () => 10,
    file: async (name, size) => ({
      name,
      graph: new TextEncoder().encode(JSON.stringify(size)),
      weights: { ...weightsInMemory(new Uint8Array()), close: () => void closed.push(name) },
    }),
    segments: () => Promise.reject(new Error('no part of this fake')),
  };
  const backend: Backend = {
    name: 'wasm',
    heapBytes: () => 1000 * diary.length,
    async open(file) {
      const size = JSON.parse(new TextDecoder().decode(file.graph)) as StageSize;
      diary.push(`open ${file.name}`);
      return {
        async run(inputs) {
          diary.push(`run ${file.name}`);
          return answer(file.name, inputs, size);
        },
        async close() {
          diary.push(`close ${file.name}`);
        },
      };
    },
  };
  return { model, backend, diary, closed };
}

/** Hidden states say how many tokens are real; noise is 0; the picture is mid-gray. */
export const plainAnswer: Answer = (stage, inputs, { batch, height, width }) => {
  const zeros = (...shape: number[]) => ({
    type: 'float32' as const,
    shape,
    data: new Float32Array(shape.reduce((a, b) => a * b)),
  });
  if (stage === 'text_encoder') {
    const ids = inputs.input_ids!.data as Int32Array;
    const states = zeros(1, 77, 2);
    states.data[0] = ids.indexOf(49407);
    return { hidden_states: states };
  }
  if (stage === 'unet') return { noise: zeros(batch, 4, height, width) };
  return { image: zeros(batch, 3, 8 * height, 8 * width) };
};
