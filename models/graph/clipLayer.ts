/** A layer of either half of CLIP: `CLIPEncoderLayer` (transformers 5.23, modeling_clip.py). */
import type { TextEncoderConfig } from '../sd15';
import type { Layers, Value } from './layers';

/** What layers have in common. */
export interface ClipLayers
  extends Pick<
    TextEncoderConfig,
    'hiddenSize' | 'intermediateSize' | 'numHiddenLayers' | 'numAttentionHeads' | 'hiddenAct' | 'layerNormEps'
  > {
  /** Each token looks at those before it alone, as words do. */
  readonly causal?: boolean;
}

/** `x` `[B, T, hiddenSize]`. */
export function clipLayer(net: Layers, scope: string, x: Value, layers: ClipLayers): Value {
  const epsilon = layers.layerNormEps;
  const seen = net.add(
    x,
    selfAttention(net, `${scope}.self_attn`, net.layerNorm(`${scope}.layer_norm1`, x, { epsilon }), layers),
  );
  return net.add(seen, mlp(net, `${scope}.mlp`, net.layerNorm(`${scope}.layer_norm2`, seen, { epsilon }), layers));
}

function selfAttention(net: Layers, scope: string, x: Value, layers: ClipLayers): Value {
  const project = (name: string, from: Value) => net.linear(`${scope}.${name}`, from, layers.hiddenSize);
  const options = { heads: layers.numAttentionHeads, causal: layers.causal ?? false };
  return project('out_proj', net.attention(project('q_proj', x), project('k_proj', x), project('v_proj', x), options));
}

function mlp(net: Layers, scope: string, x: Value, layers: ClipLayers): Value {
  const wide = net.linear(`${scope}.fc1`, x, layers.intermediateSize);
  const active = layers.hiddenAct === 'gelu' ? net.gelu(wide) : net.quickGelu(wide);
  return net.linear(`${scope}.fc2`, active, layers.hiddenSize);
}
