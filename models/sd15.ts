/**
 * What the networks of a Stable Diffusion 1.x model are: every size that the graphs need, read from the `config.json`
 * files of the diffusers layout, none assumed. Field names are those of diffusers / transformers, in camel case.
 */
import type { Layers } from './graph/layers';
import type { StageName, StageSize } from './stage';

/** `CLIPTextModel` (transformers, `CLIPTextConfig`). */
export interface TextEncoderConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly maxPositionEmbeddings: number;
  readonly hiddenAct: 'quick_gelu' | 'gelu';
  readonly layerNormEps: number;
}

/**
 * `UNet2DConditionModel` (diffusers). `inChannels` is 9 for inpainting: latents, a mask, the masked picture's latents.
 * `attentionHeads[i]` is the number of heads at level i (`attention_head_dim`).
 */
export interface UNetConfig {
  readonly sampleSize: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly blockOutChannels: readonly number[];
  readonly downBlockTypes: readonly ('CrossAttnDownBlock2D' | 'DownBlock2D')[];
  readonly upBlockTypes: readonly ('CrossAttnUpBlock2D' | 'UpBlock2D')[];
  readonly layersPerBlock: number;
  readonly attentionHeads: readonly number[];
  readonly crossAttentionDim: number;
  readonly normNumGroups: number;
  readonly normEps: number;
  readonly flipSinToCos: boolean;
  readonly freqShift: number;
  readonly downsamplePadding: number;
  readonly midBlockScaleFactor: number;
  /**
   * Of models distilled with guidance in them (LCM): length of the embedding of its scale, `timestep_cond`, which is added
   * to the timestep's. They are asked once a step.
   */
  readonly timeCondProjDim?: number;
}

/** `AutoencoderKL` (diffusers). */
export interface VaeConfig {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly latentChannels: number;
  readonly blockOutChannels: readonly number[];
  readonly layersPerBlock: number;
  readonly normNumGroups: number;
  readonly scalingFactor: number;
}

/** What the UNet predicts of its sample: the noise, or `v` (Salimans & Ho 2022, arXiv 2202.00512, section 4). */
export type PredictionType = 'epsilon' | 'v_prediction';

/** The model's own `scheduler_config.json`, as far as the samplers read it. Absent keys keep each scheduler's default. */
export interface SchedulerConfig {
  readonly numTrainTimesteps: number;
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly betaSchedule: 'linear' | 'scaled_linear';
  readonly predictionType: PredictionType;
  readonly stepsOffset?: number;
  readonly setAlphaToOne?: boolean;
  readonly skipPrkSteps?: boolean;
  readonly timestepSpacing?: 'leading' | 'linspace' | 'trailing';
  /** The last timestep is pure noise: the betas are rescaled so (Lin et al. 2024, arXiv 2305.08891, section 3.1). */
  readonly rescaleBetasZeroSnr?: boolean;
  /** The levels of the samplers that can have others than those of the timesteps, where nobody asks for any. */
  readonly sigmaSpacing?: 'karras' | 'exponential';
}

/**
 * Networks in the place of a model's own, such as a tiny VAE's: each describes itself, so that who draws with none has no code
 * for any. Their latents are those of the UNet divided by `scalingFactor`.
 */
export interface StandIn {
  readonly scalingFactor: number;
  readonly networks: Readonly<Partial<Record<StageName, (net: Layers, size: StageSize) => void>>>;
}

/** A whole model. */
export interface ModelDescription {
  readonly textEncoder: TextEncoderConfig;
  readonly unet: UNetConfig;
  readonly vae: VaeConfig;
  readonly scheduler: SchedulerConfig;
  /** What stands in the place of the VAE, or of a half of it. */
  readonly standIn?: StandIn;
}
