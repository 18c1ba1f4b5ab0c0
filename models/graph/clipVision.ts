/** `CLIPVisionModelWithProjection` (transformers 5.23, modeling_clip.py): a picture to what CLIP sees in it. */
import type { StageSize } from '../stage';
import { type ClipLayers, clipLayer } from './clipLayer';
import type { Layers } from './layers';

/** `CLIPVisionConfig` (transformers). Pictures are `imageSize` pixels a side, cut into patches of `patchSize`. */
export interface ClipVisionConfig extends ClipLayers {
  readonly imageSize: number;
  readonly patchSize: number;
  readonly projectionDim: number;
}

/**
 * What is asked of it: `image_embeds` `[B, T, projectionDim]`, of which the first row is transformers' `image_embeds` (of the others it makes
 * none); or `hidden_states` `[B, T, hiddenSize]`, what its last layer but one has made: transformers' `hidden_states[-2]`.
 */
export type ClipVisionOutput = 'image_embeds' | 'hidden_states';

/** Names of the two tensors that are not as the checkpoint has them (ipAdapter/openImageEncoder.ts). */
export const PATCHES = 'vision_model.embeddings.patch_embedding';
export const POSITIONS = 'vision_model.embeddings.position_embedding';

/** How many tokens a picture is: one for itself, and one for each patch. */
export const visionTokens = ({ imageSize, patchSize }: ClipVisionConfig): number =>
  Math.floor(imageSize / patchSize) ** 2 + 1;

/**
 * `patches` `[B, T, 3 · patchSize²]`, a row of zeros before those of the patches, row by row, red before green before blue in each. So the
 * convolution of patches that do not overlap is a linear layer, and what stands for the whole picture, a vector that is the same for all, is
 * part of the positions.
 */
export function clipVision(
  net: Layers,
  config: ClipVisionConfig,
  output: ClipVisionOutput,
  { batch }: Pick<StageSize, 'batch'>,
): void {
  const { hiddenSize, patchSize, layerNormEps: epsilon } = config;
  const patches = net.input('patches', 'float32', [batch, visionTokens(config), 3 * patchSize ** 2]);
  let h = net.addPositions(POSITIONS, net.linear(PATCHES, patches, hiddenSize, { bias: false }));
  h = net.layerNorm('vision_model.pre_layrnorm', h, { epsilon });
  const layers = output === 'hidden_states' ? config.numHiddenLayers - 1 : config.numHiddenLayers;
  for (let i = 0; i < layers; i++) h = clipLayer(net, `vision_model.encoder.layers.${i}`, h, config);
  if (output === 'hidden_states') {
    net.output(output, h);
    return;
  }
  const normed = net.layerNorm('vision_model.post_layernorm', h, { epsilon });
  net.output(output, net.linear('visual_projection', normed, config.projectionDim, { bias: false }));
}
