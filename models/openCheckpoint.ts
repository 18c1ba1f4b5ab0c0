/**
 * The door to every model that a person may have: a diffusers folder or a single file, with another VAE, with LoRAs merged
 * on the way in, and with the last word on what the network predicts. Nothing is read but headers and configs; the
 * weights come tensor by tensor when they are asked for.
 */
import { type Checkpoint, openDiffusersFolder } from './checkpoint';
import type { LoraChoice } from './lora/changes';
import { withLoras } from './lora/withLoras';
import { STAGE_NAMES, type TokenizerFiles } from './manifest';
import { planStage } from './pack';
import { unsupportedModel } from './refuse';
import type { PredictionType } from './sd15';
import { type OpenedVae, openSingleFile, openVaeFile } from './singleFile/openSingleFile';
import type { ByteSource, Folder } from './source';

export interface CheckpointOptions {
  /** CLIP's tokenizer (clipTokenizer.ts), asked for where the checkpoint has none of its own. */
  readonly tokenizer: () => Promise<TokenizerFiles>;
  /** A VAE to use instead of the checkpoint's. */
  readonly vae?: ByteSource;
  /** Merged in this order. */
  readonly loras?: readonly LoraChoice[];
  /** What the UNet predicts, where the checkpoint does not say or says it wrong. */
  readonly predictionType?: PredictionType;
}

/**
 * Opens `input`. Everything that can be wrong short of the numbers is found here: `bad-model` names the file, key or
 * tensor with what was expected and found; `unsupported-model` says which other kind of file this is.
 */
export async function openCheckpoint(input: Folder | ByteSource, options: CheckpointOptions): Promise<Checkpoint> {
  const { vae: vaeFile, loras = [] } = options;
  const vae = vaeFile && (await openVaeFile(vaeFile));
  const opened =
    'paths' in input
      ? withVae(await openDiffusersFolder(input), vae)
      : await openSingleFile(input, options.tokenizer, vae);
  const checkpoint = withPrediction(opened, options.predictionType);
  for (const stage of STAGE_NAMES) planStage(checkpoint.description, stage, checkpoint.weights(stage));
  return loras.length > 0 ? withLoras(checkpoint, loras) : checkpoint;
}

/** A VAE file has no config: the latents stay scaled as the folder says. */
function withVae(checkpoint: Checkpoint, vae: OpenedVae | undefined): Checkpoint {
  if (!vae) return checkpoint;
  const { description } = checkpoint;
  if (vae.config.latentChannels !== description.vae.latentChannels) {
    const expected = `${description.vae.latentChannels}, those of the UNet`;
    throw unsupportedModel(`${vae.source.name}: latent channels`, expected, `${vae.config.latentChannels}`);
  }
  return {
    ...checkpoint,
    description: { ...description, vae: { ...vae.config, scalingFactor: description.vae.scalingFactor } },
    weights: (stage) => (stage.startsWith('vae') ? vae.source : checkpoint.weights(stage)),
  };
}

function withPrediction(checkpoint: Checkpoint, predictionType: PredictionType | undefined): Checkpoint {
  if (!predictionType) return checkpoint;
  const { description } = checkpoint;
  return { ...checkpoint, description: { ...description, scheduler: { ...description.scheduler, predictionType } } };
}
