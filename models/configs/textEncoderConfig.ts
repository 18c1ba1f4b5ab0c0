/** `text_encoder/config.json`: `CLIPTextConfig` (transformers 5.23, configuration_clip.py; its defaults). */
import type { TextEncoderConfig } from '../sd15';
import type { ConfigFile } from './configFile';

/** Tokens of a prompt, start and end included: the length the UNet was trained on. */
export const TOKENS = 77;

export function parseTextEncoder(file: ConfigFile): TextEncoderConfig {
  // A whole CLIPConfig nests the text half; a CLIPTextConfig is that half.
  const config = file.nested('text_config') ?? file;
  file.demand('model_type', file === config ? 'clip_text_model' : 'clip', 'clip_text_model');
  const hiddenSize = config.count('hidden_size', 512);
  const numAttentionHeads = config.count('num_attention_heads', 8);
  if (hiddenSize % numAttentionHeads !== 0) {
    throw config.wrong('num_attention_heads', `a divisor of hidden_size ${hiddenSize}`, numAttentionHeads);
  }
  const maxPositionEmbeddings = config.count('max_position_embeddings', TOKENS);
  if (maxPositionEmbeddings !== TOKENS) throw config.unsupported('max_position_embeddings', `${TOKENS}`);
  return {
    vocabSize: config.count('vocab_size', 49_408),
    hiddenSize,
    intermediateSize: config.count('intermediate_size', 2048),
    numHiddenLayers: config.count('num_hidden_layers', 12),
    numAttentionHeads,
    maxPositionEmbeddings,
    hiddenAct: config.choice('hidden_act', 'quick_gelu', ['quick_gelu', 'gelu']),
    layerNormEps: config.number('layer_norm_eps', 1e-5),
  };
}
