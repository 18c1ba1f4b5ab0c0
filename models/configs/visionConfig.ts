/** `config.json` of an image encoder: `CLIPVisionConfig` (transformers 5.23, configuration_clip.py; its defaults). */
import type { ClipVisionConfig } from '../graph/clipVision';
import type { ConfigFile } from './configFile';

/** What its tensors' shapes do not tell. */
export type VisionHow = Pick<ClipVisionConfig, 'numAttentionHeads' | 'hiddenAct' | 'layerNormEps'>;

/** Throws `unsupported-model` where it is of another encoder. */
export function parseVision(file: ConfigFile): VisionHow {
  // A whole CLIPConfig nests the half that sees; a CLIPVisionConfig is that half.
  const config = file.nested('vision_config') ?? file;
  file.demand('model_type', file === config ? 'clip_vision_model' : 'clip', 'clip_vision_model');
  config.demand('num_channels', 3);
  return {
    numAttentionHeads: config.count('num_attention_heads', 12),
    hiddenAct: config.choice('hidden_act', 'quick_gelu', ['quick_gelu', 'gelu']),
    layerNormEps: config.number('layer_norm_eps', 1e-5),
  };
}
