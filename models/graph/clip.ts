/** `CLIPTextModel` (transformers 5.23, modeling_clip.py): token ids to the hidden states after the final layer norm. */
import { TOKENS } from '../configs/textEncoderConfig';
import type { TextEncoderConfig } from '../sd15';
import type { Layers, Value } from './layers';

/** `input_ids` int32 `[B, 77]` to `hidden_states` `[B, 77, hiddenSize]`. */
export function clip(net: Layers, config: TextEncoderConfig, batch: number): void {
  const { vocabSize, hiddenSize, layerNormEps: epsilon } = config;
  const ids = net.input('input_ids', 'int32', [batch, TOKENS]);
  const scope = 'text_model.embeddings';
  const words = net.embedding(`${scope}.token_embedding`, ids, { rows: vocabSize, width: hiddenSize });
  let h = net.addPositions(`${scope}.position_embedding`, words);
  for (let i = 0; i < config.numHiddenLayers; i++) h = layer(net, `text_model.encoder.layers.${i}`, h, config);
  net.output('hidden_states', net.layerNorm('text_model.final_layer_norm', h, { epsilon }));
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
