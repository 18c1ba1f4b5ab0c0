/**
 * Names in the original code of Latent Diffusion (github.com/CompVis/latent-diffusion: openaimodel.py, model.py), whose
 * checkpoints are single files: from the published (diffusers) name to the one there. There is no table of tensors:
 * LDM numbers the blocks of the UNet through, and a resnet's layers by their place in a sequence.
 */

type Renames = readonly (readonly [published: string, ldm: string])[];

const UNET_ENDS: Renames = [
  ['time_embedding.linear_1.', 'time_embed.0.'],
  ['time_embedding.linear_2.', 'time_embed.2.'],
  ['conv_in.', 'input_blocks.0.0.'],
  ['conv_norm_out.', 'out.0.'],
  ['conv_out.', 'out.2.'],
  ['mid_block.resnets.0.', 'middle_block.0.'],
  ['mid_block.attentions.0.', 'middle_block.1.'],
  ['mid_block.resnets.1.', 'middle_block.2.'],
];

const UNET_RESNET: Renames = [
  ['norm1.', 'in_layers.0.'],
  ['conv1.', 'in_layers.2.'],
  ['time_emb_proj.', 'emb_layers.1.'],
  ['norm2.', 'out_layers.0.'],
  ['conv2.', 'out_layers.3.'],
  ['conv_shortcut.', 'skip_connection.'],
];

const VAE_MIDDLE: Renames = [
  ['mid_block.resnets.0.', 'mid.block_1.'],
  ['mid_block.resnets.1.', 'mid.block_2.'],
  ['mid_block.attentions.0.group_norm.', 'mid.attn_1.norm.'],
  ['mid_block.attentions.0.to_q.', 'mid.attn_1.q.'],
  ['mid_block.attentions.0.to_k.', 'mid.attn_1.k.'],
  ['mid_block.attentions.0.to_v.', 'mid.attn_1.v.'],
  ['mid_block.attentions.0.to_out.0.', 'mid.attn_1.proj_out.'],
  ['conv_norm_out.', 'norm_out.'],
];

/**
 * LDM's names of a UNet's tensor or module, such as `down_blocks.0.resnets.1.conv1.weight`. There are two where an
 * upsampler comes third or second in its block, after a transformer or without.
 */
export function ldmUNetNames(key: string, layersPerBlock: number): string[] {
  const end = replaceStart(key, UNET_ENDS);
  if (end !== undefined) return [resnetInside(key, end)];
  const [, way, block, kind, layer, rest] = /^(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.*)$/s.exec(key) ?? [];
  if (rest === undefined) return [key];
  const perLevel = layersPerBlock + 1;
  const first = Number(block) * perLevel;
  const index = way === 'down' ? first + Number(layer) + 1 : first + Number(layer);
  const blocks = way === 'down' ? 'input_blocks' : 'output_blocks';
  if (kind === 'downsamplers') return [`input_blocks.${first + perLevel}.0.${rest.replace(/^conv/, 'op')}`];
  if (kind === 'upsamplers')
    return ['2', '1'].map((place) => `output_blocks.${first + layersPerBlock}.${place}.${rest}`);
  if (kind === 'attentions') return [`${blocks}.${index}.1.${rest}`];
  return [`${blocks}.${index}.0.${replaceStart(rest, UNET_RESNET) ?? rest}`];
}

/** LDM's name of a VAE's tensor, such as `decoder.up_blocks.0.resnets.1.conv1.weight`. */
export function ldmVaeName(key: string, levels: number): string {
  const [, half, inside] = /^(encoder|decoder)\.(.*)$/s.exec(key) ?? [];
  if (inside === undefined) return key;
  const middle = replaceStart(inside, VAE_MIDDLE);
  if (middle !== undefined) return `${half}.${middle}`;
  const [, way, block, kind, layer, rest] = /^(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.*)$/s.exec(inside) ?? [];
  if (rest === undefined) return key;
  // LDM counts the decoder's levels from the finest, as it does the encoder's.
  const level = way === 'down' ? Number(block) : levels - 1 - Number(block);
  if (kind === 'resnets')
    return `${half}.${way}.${level}.block.${layer}.${rest.replace(/^conv_shortcut/, 'nin_shortcut')}`;
  return `${half}.${way}.${level}.${way}sample.${rest}`;
}

/** The name of a UNet's tensor among the averaged copies (`LitEma` in LDM's ema.py): without its dots. */
export const emaName = (ldmName: string): string => `model_ema.diffusion_model${ldmName.replaceAll('.', '')}`;

/** `ldm`, whose last part is a resnet's layer if `key` is one of the middle's. */
function resnetInside(key: string, ldm: string): string {
  const [, scope, rest] = key.startsWith('mid_block.resnets.') ? (/^(middle_block\.\d\.)(.*)$/s.exec(ldm) ?? []) : [];
  return rest === undefined ? ldm : `${scope}${replaceStart(rest, UNET_RESNET) ?? rest}`;
}

function replaceStart(key: string, renames: Renames): string | undefined {
  const found = renames.find(([published]) => key.startsWith(published));
  return found && found[1] + key.slice(found[0].length);
}
