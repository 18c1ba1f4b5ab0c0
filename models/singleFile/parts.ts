/**
 * The networks inside a single file, each under the published names that the graphs use, whichever way the file spells
 * them: LDM's (`model.diffusion_model.input_blocks…`), diffusers' with a prefix (`unet.down_blocks…`), or a network alone.
 */
import { spellings, withSpellings } from '../aliases';
import type { TensorSource } from '../tensorSource';
import { emaName, ldmUNetNames, ldmVaeName } from './ldmNames';

/** Levels of every VAE whose pictures are 8 times the size of their latents. */
const VAE_LEVELS = 4;

/** Prefixes seen in the field, the original first; the last is a file that holds this network alone. */
const PREFIXES = {
  unet: ['model.diffusion_model.', 'diffusion_model.', 'unet.', ''],
  vae: ['first_stage_model.', 'vae.', ''],
  textEncoder: ['cond_stage_model.transformer.', 'cond_stage_model.', 'text_encoder.', ''],
} as const;

/** The UNet in `file`. Of averaged weights beside plain ones the plain are used; alone, they are the model. */
export function findUNet(file: TensorSource): TensorSource | undefined {
  for (const prefix of PREFIXES.unet) {
    const has = (key: string): boolean => file.info(prefix + key) !== undefined;
    if (has('input_blocks.0.0.weight')) return ldmUNet(withSpellings(file, (key) => [prefix + key, emaName(key)]));
    if (has('conv_in.weight') && has('down_blocks.0.resnets.0.conv1.weight')) return prefixed(file, prefix);
  }
  if (!file.info(emaName('input_blocks.0.0.weight'))) return undefined;
  return ldmUNet(withSpellings(file, (key) => [emaName(key)]));
}

/** The VAE in `file`. */
export function findVae(file: TensorSource): TensorSource | undefined {
  for (const prefix of PREFIXES.vae) {
    const has = (key: string): boolean => file.info(prefix + key) !== undefined;
    if (has('decoder.mid.block_1.conv1.weight')) {
      return squareAttention(withSpellings(file, (key) => [prefix + ldmVaeName(key, VAE_LEVELS)]));
    }
    if (has('decoder.mid_block.resnets.0.conv1.weight')) {
      return squareAttention(withSpellings(file, (key) => spellings(key).map((name) => prefix + name)));
    }
  }
  return undefined;
}

/** The text encoder in `file`, where it is CLIP's as transformers names it. */
export function findTextEncoder(file: TensorSource): TensorSource | undefined {
  for (const prefix of PREFIXES.textEncoder) {
    const found = prefixed(file, prefix);
    if (found.info('text_model.embeddings.token_embedding.weight')) return found;
  }
  return undefined;
}

function prefixed(file: TensorSource, prefix: string): TensorSource {
  return withSpellings(file, (key) => spellings(key).map((name) => prefix + name));
}

/** `ldm` (under LDM's names, without their prefix) under the published ones. */
function ldmUNet(ldm: TensorSource): TensorSource {
  let layersPerBlock = 0;
  while (ldm.info(`input_blocks.${layersPerBlock + 1}.0.in_layers.0.weight`)) layersPerBlock += 1;
  return withSpellings(ldm, (key) => ldmUNetNames(key, layersPerBlock));
}

/** LDM's VAE attends through 1×1 convolutions: `[C, C, 1, 1]` is shown as the linear layer's `[C, C]`. */
function squareAttention(vae: TensorSource): TensorSource {
  return {
    ...vae,
    info(key) {
      const info = vae.info(key);
      if (!info || !key.includes('.mid_block.attentions.') || info.shape.length !== 4) return info;
      const [rows, columns, ...kernel] = info.shape;
      return kernel.every((size) => size === 1) ? { ...info, shape: [rows!, columns!] } : info;
    },
  };
}
