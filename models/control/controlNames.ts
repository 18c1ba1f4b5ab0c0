/**
 * Names in ControlNet's original code (github.com/lllyasviel/ControlNet, cldm.py), whose files stable-diffusion-webui reads: the
 * UNet's as of Latent Diffusion, and the parts of its own.
 */
import { ldmUNetNames } from '../singleFile/ldmNames';

const EMBEDDING = 'controlnet_cond_embedding.';

/** Of a tensor under its published name. `blocks`: layers of the picture's embedding between its first and its last. */
export function ldmControlNames(key: string, layersPerBlock: number, blocks: number): string[] {
  if (key.startsWith(EMBEDDING)) {
    const [layer, ...rest] = key.slice(EMBEDDING.length).split('.');
    // Activations between the layers count.
    if (layer === 'conv_in') return [`input_hint_block.0.${rest.join('.')}`];
    if (layer === 'conv_out') return [`input_hint_block.${2 * (blocks + 1)}.${rest.join('.')}`];
    const [index, ...last] = rest;
    return [`input_hint_block.${2 * (Number(index) + 1)}.${last.join('.')}`];
  }
  const down = /^controlnet_down_blocks\.(\d+)\.(.*)$/s.exec(key);
  if (down) return [`zero_convs.${down[1]}.0.${down[2]}`];
  const mid = /^controlnet_mid_block\.(.*)$/s.exec(key);
  if (mid) return [`middle_block_out.0.${mid[1]}`];
  return ldmUNetNames(key, layersPerBlock);
}
