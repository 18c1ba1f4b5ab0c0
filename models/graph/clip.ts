/** `CLIPTextModel` (transformers 5.23, modeling_clip.py): token ids to the hidden states after the final layer norm. */
import { TOKENS } from '../configs/textEncoderConfig';
import type { TextEncoderConfig } from '../sd15';
import type { StageSize } from '../stage';
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
  for (let i = 0; i < config.numHiddenLayers; i++) {
    if (i === skippedFrom) net.output('skipped_states', normed());
    h = layer(net, `text_model.encoder.layers.${i}`, h, config);
  }
  net.output('hidden_states', normed());
}

function layer(net: Layers, scope: string, x: Value, config: TextEncoderConfig): Value {
  const epsilon = config.layerNormEps;
  const seen = net.add(
    x,
    selfAttention(net, `${scope}.self_attn`, net.layerNorm(`${scope}.layer_norm1`, x, { epsilon }), config),
  );
  return net.add(seen, mlp(net, `${scope}.mlp`, net.layerNorm(`${scope}.layer_norm2`, seen, { epsilon }), config));
}

function selfAttention(net: Layers, scope: string, x: Value, config: TextEncoderConfig): Value {
  const project = (name: string, from: Value) => net.linear(`${scope}.${name}`, from, config.hiddenSize);
  const options = { heads: config.numAttentionHeads, causal: true };
  return project('out_proj', net.attention(project('q_proj', x), project('k_proj', x), project('v_proj', x), options));
}

function mlp(net: Layers, scope: string, x: Value, config: TextEncoderConfig): Value {
  const wide = net.linear(`${scope}.fc1`, x, config.intermediateSize);
  const active = config.hiddenAct === 'gelu' ? net.gelu(wide) : net.quickGelu(wide);
  return net.linear(`${scope}.fc2`, active, config.hiddenSize);
}
