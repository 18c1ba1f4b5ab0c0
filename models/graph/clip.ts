/** `CLIPTextModel` (transformers 5.23, modeling_clip.py): token ids to the hidden states after the final layer norm. */
import { TOKENS } from '../configs/textEncoderConfig';
import type { TextEncoderConfig } from '../sd15';
import type { StageSize } from '../stage';
import { type ClipLayers, clipLayer } from './clipLayer';
import type { Layers, Value } from './layers';

const EMBEDDINGS = 'text_model.embeddings';

/** The table of tokens: layer `TOKEN_EMBEDDING`, rows `[vocabSize, hiddenSize]`. */
export const TOKEN_EMBEDDING = `${EMBEDDINGS}.token_embedding`;

/**
 * `input_ids` int32 `[B, 77]`, or what they stand for, to `hidden_states` `[B, 77, hiddenSize]`. `clipSkip` as in
 * `StableDiffusionPipeline.encode_prompt` of diffusers 0.42.1: the final layer norm follows an earlier layer, too.
 */
export function clip(
  net: Layers,
  config: TextEncoderConfig,
  { batch, clipSkip = 0, embedded = false }: Pick<StageSize, 'batch' | 'clipSkip' | 'embedded'>,
): void {
  const { vocabSize, hiddenSize, layerNormEps: epsilon } = config;
  const words = embedded
    ? net.input('token_embeddings', 'float32', [batch, TOKENS, hiddenSize])
    : net.embedding(TOKEN_EMBEDDING, net.input('input_ids', 'int32', [batch, TOKENS]), {
        rows: vocabSize,
        width: hiddenSize,
      });
  let h = net.addPositions(`${EMBEDDINGS}.position_embedding`, words);
  const normed = (): Value => net.layerNorm('text_model.final_layer_norm', h, { epsilon });
  const skippedFrom = config.numHiddenLayers - clipSkip;
  const layers: ClipLayers = { ...config, causal: true };
  for (let i = 0; i < config.numHiddenLayers; i++) {
    if (i === skippedFrom) net.output('skipped_states', normed());
    h = clipLayer(net, `text_model.encoder.layers.${i}`, h, layers);
  }
  net.output('hidden_states', normed());
}
