/**
 * The sizes of a model, read off the shapes of its tensors (under published names). What shapes cannot say is what
 * every Stable Diffusion 1.x model has: 8 heads in the UNet, heads 64 wide in the text encoder, groups of 32, quick_gelu,
 * the scaling of the latents, the schedule of noise (the `v1-inference.yaml` of CompVis; diffusers' SD 1.5 configs).
 */
import { TOKENS } from '../configs/textEncoderConfig';
import { badModel, unsupportedModel } from '../refuse';
import type { SchedulerConfig, TextEncoderConfig, UNetConfig, VaeConfig } from '../sd15';
import type { TensorSource } from '../tensorSource';

/** Of models that are told the scale of guidance (LCM). */
const GUIDANCE = 'time_embedding.cond_proj.weight';

const GROUPS = 32;
const UNET_HEADS = 8;
const TEXT_HEAD_WIDTH = 64;

/** `scheduler_config.json` of Stable Diffusion 1.5, but for what the network predicts. */
export const SD15_SCHEDULER: Omit<SchedulerConfig, 'predictionType'> = {
  numTrainTimesteps: 1000,
  betaStart: 0.00085,
  betaEnd: 0.012,
  betaSchedule: 'scaled_linear',
  stepsOffset: 1,
  setAlphaToOne: false,
  skipPrkSteps: true,
};

export function textEncoderSizes(source: TensorSource): TextEncoderConfig {
  const [vocabSize, hiddenSize] = shapeOf(source, 'text_model.embeddings.token_embedding.weight', 2);
  const [positions] = shapeOf(source, 'text_model.embeddings.position_embedding.weight', 2);
  const [intermediateSize] = shapeOf(source, 'text_model.encoder.layers.0.mlp.fc1.weight', 2);
  if (positions !== TOKENS) throw other(source, 'tokens of a prompt', `${TOKENS}`, `${positions}`);
  if (hiddenSize % TEXT_HEAD_WIDTH !== 0) {
    throw other(source, 'width of the text encoder', `a multiple of ${TEXT_HEAD_WIDTH}`, `${hiddenSize}`);
  }
  return {
    vocabSize,
    hiddenSize,
    intermediateSize,
    numHiddenLayers: countOf((i) => source.info(`text_model.encoder.layers.${i}.layer_norm1.weight`)),
    numAttentionHeads: hiddenSize / TEXT_HEAD_WIDTH,
    maxPositionEmbeddings: TOKENS,
    hiddenAct: 'quick_gelu',
    layerNormEps: 1e-5,
  };
}

export function unetSizes(source: TensorSource): UNetConfig {
  const levels = countOf((i) => source.info(`down_blocks.${i}.resnets.0.conv1.weight`));
  const blockOutChannels = upTo(levels).map((i) => shapeOf(source, `down_blocks.${i}.resnets.0.conv1.weight`, 4)[0]);
  inGroups(source, 'block_out_channels of the UNet', blockOutChannels);
  const attends = (block: string): boolean =>
    source.info(`${block}.attentions.0.transformer_blocks.0.attn2.to_k.weight`) !== undefined;
  const middle = 'mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight';
  return {
    sampleSize: 64,
    inChannels: unetInputs(source),
    outChannels: shapeOf(source, 'conv_out.weight', 4)[0],
    blockOutChannels,
    downBlockTypes: upTo(levels).map((i) => (attends(`down_blocks.${i}`) ? 'CrossAttnDownBlock2D' : 'DownBlock2D')),
    upBlockTypes: upTo(levels).map((i) => (attends(`up_blocks.${i}`) ? 'CrossAttnUpBlock2D' : 'UpBlock2D')),
    layersPerBlock: countOf((i) => source.info(`down_blocks.0.resnets.${i}.conv1.weight`)),
    attentionHeads: blockOutChannels.map(() => UNET_HEADS),
    crossAttentionDim: shapeOf(source, middle, 2)[1],
    normNumGroups: GROUPS,
    normEps: 1e-5,
    flipSinToCos: true,
    freqShift: 0,
    downsamplePadding: 1,
    midBlockScaleFactor: 1,
    ...(source.info(GUIDANCE) ? { timeCondProjDim: shapeOf(source, GUIDANCE, 2)[1] } : {}),
  };
}

export function vaeSizes(source: TensorSource): VaeConfig {
  const levels = countOf((i) => source.info(`encoder.down_blocks.${i}.resnets.0.conv1.weight`));
  if (levels !== 4) throw other(source, 'levels of the VAE', '4, encoder and decoder', `${levels}`);
  const blockOutChannels = upTo(levels).map(
    (i) => shapeOf(source, `encoder.down_blocks.${i}.resnets.0.conv1.weight`, 4)[0],
  );
  inGroups(source, 'block_out_channels of the VAE', blockOutChannels);
  const latentChannels = shapeOf(source, 'decoder.conv_in.weight', 4)[1];
  if (latentChannels !== 4) {
    throw other(source, 'latent channels of the VAE', '4 (16 are those of SD3 and Flux)', `${latentChannels}`);
  }
  return {
    inChannels: 3,
    outChannels: 3,
    latentChannels,
    blockOutChannels,
    layersPerBlock: countOf((i) => source.info(`encoder.down_blocks.0.resnets.${i}.conv1.weight`)),
    normNumGroups: GROUPS,
    scalingFactor: 0.18215,
  };
}

/** Channels that the UNet sees: 4 of noisy latents, and 5 more (a mask and the masked picture) for inpainting. */
function unetInputs(source: TensorSource): number {
  const inChannels = shapeOf(source, 'conv_in.weight', 4)[1];
  if (inChannels === 4 || inChannels === 9) return inChannels;
  const known: Record<number, string> = { 5: ', a depth-to-image', 7: ', an upscaling', 8: ', an InstructPix2Pix' };
  const got = `${inChannels}${known[inChannels] ? `${known[inChannels]} UNet` : ''}`;
  throw other(source, 'channels that the UNet takes', '4, or 9 for inpainting', got);
}

function inGroups(source: TensorSource, what: string, channels: readonly number[]): void {
  if (channels.some((count) => count % GROUPS !== 0)) {
    throw other(source, what, `multiples of ${GROUPS}, as a file without configs must have`, `${channels}`);
  }
}

/** The shape of a tensor that must be there and have `rank` sizes. */
function shapeOf(source: TensorSource, name: string, rank: 2): [number, number];
function shapeOf(source: TensorSource, name: string, rank: 4): [number, number, number, number];
function shapeOf(source: TensorSource, name: string, rank: number): number[] {
  const shape = source.info(name)?.shape;
  if (shape?.length === rank) return [...shape];
  throw badModel(`${source.name}: ${name}`, `a tensor of ${rank} sizes`, shape ? `[${shape}]` : 'none');
}

function countOf(has: (index: number) => unknown): number {
  let count = 0;
  while (has(count)) count += 1;
  return count;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const other = (source: TensorSource, what: string, expected: string, got: string): Error =>
  unsupportedModel(`${source.name}: ${what}`, expected, got);
