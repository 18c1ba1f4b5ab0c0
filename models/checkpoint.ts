/** A Stable Diffusion 1.x checkpoint in the published layout of diffusers, opened without reading its weights. */
import { withSpellings } from './aliases';
import { ConfigFile } from './configs/configFile';
import { checkModelIndex } from './configs/modelIndex';
import { parseScheduler } from './configs/schedulerConfig';
import { parseTextEncoder } from './configs/textEncoderConfig';
import { parseUNet } from './configs/unetConfig';
import { parseVae } from './configs/vaeConfig';
import { STAGE_NAMES, type TokenizerFiles } from './manifest';
import { planStage } from './pack';
import { badModel, unsupportedModel } from './refuse';
import type { ModelDescription } from './sd15';
import type { Folder } from './source';
import type { StageName } from './stage';
import type { TensorSource } from './tensorSource';
import { readTokenizer } from './tokenizerFiles';
import { openWeights } from './weightFiles';

/** A model to convert or to draw with. */
export interface Checkpoint {
  /** The folder's or file's name. */
  readonly name: string;
  readonly description: ModelDescription;
  readonly tokenizer: TokenizerFiles;
  /** The tensors of a stage's network, under the names that its graph uses. */
  weights(stage: StageName): TensorSource;
  /** What was handed over and left out, for the user to know: modules of LoRAs that no layer answers to, as `file: module`. */
  readonly ignored?: readonly string[];
}

/**
 * Opens `folder`. Everything that can be wrong short of the numbers is found here: `bad-model` names the file, key or
 * tensor with what was expected and found; `unsupported-model` says which other architecture this is.
 */
export async function openDiffusersFolder(folder: Folder): Promise<Checkpoint> {
  checkLayout(folder);
  checkModelIndex(await ConfigFile.open(folder, MODEL_INDEX));
  const description = await readDescription(folder);
  const tokenizer = await readTokenizer(folder, description.textEncoder.vocabSize);
  const textEncoder = withSpellings(await openWeights(folder, 'text_encoder'));
  const unet = await openWeights(folder, 'unet');
  const vae = withSpellings(await openWeights(folder, 'vae'));
  const sources = { text_encoder: textEncoder, unet, vae_decoder: vae, vae_encoder: vae };
  for (const stage of STAGE_NAMES) planStage(description, stage, sources[stage]);
  return { name: folder.name, description, tokenizer, weights: (stage) => sources[stage] };
}

async function readDescription(folder: Folder): Promise<ModelDescription> {
  const textEncoder = parseTextEncoder(await ConfigFile.open(folder, 'text_encoder/config.json'));
  const unet = parseUNet(await ConfigFile.open(folder, 'unet/config.json'));
  const vae = parseVae(await ConfigFile.open(folder, 'vae/config.json'));
  const scheduler = parseScheduler(await ConfigFile.open(folder, 'scheduler/scheduler_config.json'));
  if (unet.crossAttentionDim !== textEncoder.hiddenSize) {
    const expected = `${textEncoder.hiddenSize}, hidden_size of the text encoder`;
    throw badModel('unet/config.json: cross_attention_dim', expected, `${unet.crossAttentionDim}`);
  }
  if (unet.outChannels !== vae.latentChannels) {
    const expected = `${vae.latentChannels}, latent_channels of the VAE`;
    throw unsupportedModel('unet/config.json: out_channels', expected, `${unet.outChannels}`);
  }
  return { textEncoder, unet, vae, scheduler };
}

/** A folder that is no diffusers folder is told what it is instead. */
function checkLayout(folder: Folder): void {
  const paths = folder.paths();
  if (paths.includes(MODEL_INDEX)) return;
  const argument = `${folder.place}: ${MODEL_INDEX}`;
  const entries = [...new Set(paths.map((path) => path.split('/')[0]!))];
  if (entries.length === 0) throw badModel(argument, DIFFUSERS_FOLDER, 'an empty folder');
  const inner = entries.find((entry) => paths.includes(`${entry}/${MODEL_INDEX}`));
  const single = entries.find((entry) => entry.endsWith('.safetensors'));
  const hint = inner
    ? ` (there is one inside: ${inner})`
    : single
      ? ` (one file is opened by its own name: ${single})`
      : '';
  const some = entries.slice(0, 4).join(', ') + (entries.length > 4 ? ', …' : '');
  throw badModel(argument, DIFFUSERS_FOLDER, `a folder with ${some}${hint}`);
}

const MODEL_INDEX = 'model_index.json';
const DIFFUSERS_FOLDER = 'this file of a diffusers folder, with unet, vae and text_encoder beside it';
