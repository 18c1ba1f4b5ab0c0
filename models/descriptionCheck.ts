/** A model's description as it was read from a file of ours: every size that the graphs and the host compute with. */
import {
  COUNT,
  checkFields,
  FLAG,
  fieldsIn,
  INDEX,
  listOf,
  NUMBER,
  oneOf,
  optional,
  POSITIVE,
  type Rule,
} from './fieldRules';
import { badModel } from './refuse';
import type { ModelDescription, SchedulerConfig, TextEncoderConfig, UNetConfig, VaeConfig } from './sd15';

type RulesFor<Config> = Readonly<Record<keyof Config, Rule>>;

const TEXT_ENCODER: RulesFor<TextEncoderConfig> = {
  vocabSize: COUNT,
  hiddenSize: COUNT,
  intermediateSize: COUNT,
  numHiddenLayers: COUNT,
  numAttentionHeads: COUNT,
  maxPositionEmbeddings: COUNT,
  hiddenAct: oneOf('quick_gelu', 'gelu'),
  layerNormEps: POSITIVE,
};

const UNET: RulesFor<UNetConfig> = {
  sampleSize: COUNT,
  inChannels: COUNT,
  outChannels: COUNT,
  blockOutChannels: listOf(COUNT),
  downBlockTypes: listOf(oneOf('CrossAttnDownBlock2D', 'DownBlock2D')),
  upBlockTypes: listOf(oneOf('CrossAttnUpBlock2D', 'UpBlock2D')),
  layersPerBlock: COUNT,
  attentionHeads: listOf(COUNT),
  crossAttentionDim: COUNT,
  normNumGroups: COUNT,
  normEps: POSITIVE,
  flipSinToCos: FLAG,
  freqShift: NUMBER,
  downsamplePadding: INDEX,
  midBlockScaleFactor: POSITIVE,
  timeCondProjDim: optional(COUNT),
};

const VAE: RulesFor<VaeConfig> = {
  inChannels: COUNT,
  outChannels: COUNT,
  latentChannels: COUNT,
  blockOutChannels: listOf(COUNT),
  layersPerBlock: COUNT,
  normNumGroups: COUNT,
  scalingFactor: POSITIVE,
};

const SCHEDULER: RulesFor<SchedulerConfig> = {
  numTrainTimesteps: COUNT,
  betaStart: POSITIVE,
  betaEnd: POSITIVE,
  betaSchedule: oneOf('linear', 'scaled_linear'),
  predictionType: oneOf('epsilon', 'v_prediction'),
  stepsOffset: optional(INDEX),
  setAlphaToOne: optional(FLAG),
  skipPrkSteps: optional(FLAG),
  timestepSpacing: optional(oneOf('leading', 'linspace', 'trailing')),
  rescaleBetasZeroSnr: optional(FLAG),
  sigmaSpacing: optional(oneOf('karras', 'exponential')),
};

/** Of the UNet, one for each of its levels. */
const PER_LEVEL = ['downBlockTypes', 'upBlockTypes', 'attentionHeads'] as const;

/** `json` as a description. `bad-model` at `argument` and the field that is not as it must be. */
export function checkDescription(argument: string, json: unknown): ModelDescription {
  const description = fieldsIn(argument, json) as unknown as ModelDescription;
  checkFields(`${argument}.textEncoder`, description.textEncoder, TEXT_ENCODER);
  checkFields(`${argument}.unet`, description.unet, UNET);
  checkFields(`${argument}.vae`, description.vae, VAE);
  checkFields(`${argument}.scheduler`, description.scheduler, SCHEDULER);
  const { unet } = description;
  const levels = unet.blockOutChannels.length;
  for (const name of PER_LEVEL) {
    const { length } = unet[name];
    if (length !== levels) throw badModel(`${argument}.unet.${name}`, `${levels}, one for each level`, `${length}`);
  }
  return description;
}
