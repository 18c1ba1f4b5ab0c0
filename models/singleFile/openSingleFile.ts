/** A whole model in one safetensors file, as it is passed around since 2022: sizes from shapes, tokenizer built in. */
import type { Checkpoint } from '../checkpoint';
import type { TokenizerFiles } from '../manifest';
import { openTensors } from '../openTensors';
import { badModel, someTensors, unsupportedModel } from '../refuse';
import type { UNetConfig, VaeConfig } from '../sd15';
import type { ByteSource } from '../source';
import { stem } from '../stem';
import type { TensorSource } from '../tensorSource';
import { findTextEncoder, findUNet, findVae } from './parts';
import { markedPrediction, markedZeroSnr } from './prediction';
import { SD15_SCHEDULER, textEncoderSizes, unetSizes, vaeSizes } from './sizes';
import { refuseIncomplete, refuseSdxlVae, refuseStrangers } from './strangers';

/** A VAE by itself: what it is, and its tensors under published names. */
export interface OpenedVae {
  readonly config: VaeConfig;
  readonly source: TensorSource;
}

/**
 * Opens `source`, with `vae` in place of its own. Other architectures are `unsupported-model` by name; a file without
 * all of its networks is `bad-model`, saying which are missing. Whether every tensor is there is checked by planning it.
 */
export async function openSingleFile(
  source: ByteSource,
  tokenizer: () => Promise<TokenizerFiles>,
  vae?: OpenedVae,
): Promise<Checkpoint> {
  const file = await openTensors(source);
  refuseStrangers(file);
  const unet = findUNet(file);
  const textEncoder = findTextEncoder(file);
  const ownVae = vae?.source ?? findVae(file);
  refuseIncomplete(file, { unet: !!unet, vae: !!ownVae, 'text encoder': !!textEncoder });
  const sources = { text_encoder: textEncoder!, unet: unet!, vae_decoder: ownVae!, vae_encoder: ownVae! };
  const description = {
    textEncoder: textEncoderSizes(textEncoder!),
    unet: unetSizes(unet!),
    vae: vae?.config ?? vaeSizes(ownVae!),
    scheduler: { ...SD15_SCHEDULER, predictionType: markedPrediction(file) ?? 'epsilon', ...markedZeroSnr(file) },
  };
  checkPrompts(file.name, description.unet, description.textEncoder.hiddenSize);
  const files = await tokenizer();
  const { vocabSize } = description.textEncoder;
  const tokens = Object.keys(files.vocab).length;
  if (tokens > vocabSize) throw badModel(`${file.name}: token table`, `${tokens} rows`, `${vocabSize}`);
  return {
    name: stem(source.name),
    description,
    tokenizer: files,
    weights: (stage) => sources[stage],
  };
}

/** Opens a file that is a VAE, or holds one. That of SDXL, where it can be told, is `unsupported-model`. */
export async function openVaeFile(source: ByteSource): Promise<OpenedVae> {
  const file = await openTensors(source);
  refuseSdxlVae(file);
  const vae = findVae(file);
  if (vae) return { config: vaeSizes(vae), source: vae };
  const names = someTensors(file.names());
  throw badModel(file.name, 'a VAE, with tensors such as decoder.mid.block_1.conv1.weight', names);
}

function checkPrompts(file: string, { crossAttentionDim }: UNetConfig, hiddenSize: number): void {
  if (crossAttentionDim === hiddenSize) return;
  const known: Record<number, string> = { 1024: ' (Stable Diffusion 2.x)', 2048: ' (Stable Diffusion XL)' };
  const expected = `${hiddenSize}, the width of the text encoder`;
  throw unsupportedModel(
    `${file}: cross_attention_dim`,
    expected,
    `${crossAttentionDim}${known[crossAttentionDim] ?? ''}`,
  );
}
