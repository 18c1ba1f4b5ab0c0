import type { ModelDescription } from '../../models/sd15';
import { SD15_SCHEDULER } from '../../models/singleFile/sizes';

/** Stable Diffusion 1.5, of runwayml's and CompVis' configs. */
export const SD15: ModelDescription = {
  textEncoder: {
    vocabSize: 49_408,
    hiddenSize: 768,
    intermediateSize: 3072,
    numHiddenLayers: 12,
    numAttentionHeads: 12,
    maxPositionEmbeddings: 77,
    hiddenAct: 'quick_gelu',
    layerNormEps: 1e-5,
  },
  unet: {
    sampleSize: 64,
    inChannels: 4,
    outChannels: 4,
    blockOutChannels: [320, 640, 1280, 1280],
    downBlockTypes: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
    upBlockTypes: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
    layersPerBlock: 2,
    attentionHeads: [8, 8, 8, 8],
    crossAttentionDim: 768,
    normNumGroups: 32,
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
    blockOutChannels: [128, 256, 512, 512],
    layersPerBlock: 2,
    normNumGroups: 32,
    scalingFactor: 0.18215,
  },
  scheduler: { ...SD15_SCHEDULER, predictionType: 'epsilon' },
};
