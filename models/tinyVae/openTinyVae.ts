/**
 * Tiny VAEs (TAESD, github.com/madebyollin/taesd): diffusers' `AutoencoderTiny`, both halves in one file, or the original files,
 * `taesd_decoder.safetensors` and `taesd_encoder.safetensors`, whose tensors have numbers for names.
 */
import { ConfigFile } from '../configs/configFile';
import { type TinyHalf, tinyDecoder, tinyEncoder } from '../graph/tinyVae';
import { openTensors } from '../openTensors';
import { planStage } from '../pack';
import { badModel, someTensors, unsupportedModel } from '../refuse';
import type { ModelDescription, StandIn } from '../sd15';
import { findVae } from '../singleFile/parts';
import { refuseOtherThan, saysSdxl } from '../singleFile/strangers';
import type { ByteSource, Folder } from '../source';
import type { StageName } from '../stage';
import { stem } from '../stem';
import type { TensorSource } from '../tensorSource';
import { type HalfName, tinyHalf, tinyScaling } from './tinyConfig';

/** `AutoencoderTiny`, as far as there is of it. */
export interface TinyVaeConfig {
  readonly latentChannels: number;
  readonly scalingFactor: number;
  readonly decoder?: TinyHalf;
  readonly encoder?: TinyHalf;
}

/** A tiny VAE, or a half of one: what it is, and its tensors under published names. */
export interface TinyVae {
  readonly name: string;
  readonly config: TinyVaeConfig;
  readonly source: TensorSource;
}

/** What a tiny VAE is to do in the place of the model's own. */
export type TinyVaeUse = 'decoding' | 'encoding' | 'both';

export const TINY_STAGES: Readonly<Record<TinyVaeUse, readonly StageName[]>> = {
  decoding: ['vae_decoder'],
  encoding: ['vae_encoder'],
  both: ['vae_decoder', 'vae_encoder'],
};

const WANTED = 'a tiny VAE of Stable Diffusion 1.x (TAESD)';
const FOLDER_FILES = ['diffusion_pytorch_model.safetensors', 'diffusion_pytorch_model.fp16.safetensors'];

/**
 * Opens a file, or diffusers' folder of one. `bad-model` where it is broken or holds no tiny VAE, `unsupported-model` where it
 * is another model's, by name: that of SDXL, whose tensors are the same to a byte, where it is called so.
 */
export async function openTinyVae(input: ByteSource | Folder): Promise<TinyVae> {
  if (!('paths' in input)) return opened(input, 1);
  const scaling = tinyScaling(await ConfigFile.open(input, 'config.json'));
  for (const path of FOLDER_FILES) {
    const source = await input.file(path);
    if (source) return opened(source, scaling, input.place);
  }
  throw badModel(`${input.place}: ${FOLDER_FILES[0]}`, 'this file', 'none');
}

async function opened(source: ByteSource, scalingFactor: number, called = source.name): Promise<TinyVae> {
  const file = await openTensors(source);
  const found = findTinyVae(file);
  if (!found) {
    refuseOtherThan(file, WANTED, 'a tiny VAE (TAESD)');
    if (findVae(file)) throw unsupportedModel(file.name, WANTED, 'a VAE of full size (--vae FILE)');
    const expected = `${WANTED}, with tensors such as decoder.layers.0.weight or 3.conv.0.weight`;
    throw badModel(file.name, expected, someTensors(file.names()));
  }
  const said = saysSdxl({ ...file, name: called });
  if (said !== undefined) throw unsupportedModel(`${called}: tiny VAE`, WANTED, said);
  const halves = found.halves.map((half) => [half, tinyHalf(found.source, half)] as const);
  const config = { latentChannels: 4, scalingFactor, ...Object.fromEntries(halves) };
  return { name: stem(called), config, source: found.source };
}

/** Which halves are in `file`, and its tensors under published names. */
function findTinyVae(file: TensorSource): { halves: readonly HalfName[]; source: TensorSource } | undefined {
  const published = (['decoder', 'encoder'] as const).filter((half) => file.info(`${half}.layers.0.weight`));
  if (published.length > 0) return { halves: published, source: file };
  if (!file.names().some((name) => /^\d+\.conv\.0\.weight$/.test(name))) return undefined;
  // In the original the clamp of the latents counts as a layer; so the decoder begins with 1, the encoder with 0.
  const half = file.info('0.weight') ? 'encoder' : 'decoder';
  const before = half === 'decoder' ? 1 : 0;
  const original = (key: string): string =>
    key.replace(/^(\w+)\.layers\.(\d+)\./, (whole, of: string, i: string) =>
      of === half ? `${Number(i) + before}.` : whole,
    );
  const publishedName = (name: string): string =>
    name.replace(/^(\d+)\./, (_, i: string) => `${half}.layers.${Number(i) - before}.`);
  return {
    halves: [half],
    source: {
      name: file.name,
      names: () => file.names().map(publishedName),
      info: (key) => file.info(original(key)),
      read: (key, rows) => file.read(original(key), rows),
    },
  };
}

/**
 * `description` with the tiny VAE in the place of the VAE, for `use`; `bad-model` where it lacks the half, or a tensor of it, or where
 * latents are not the model's.
 */
export function withTinyVae(description: ModelDescription, tiny: TinyVae, use: TinyVaeUse): ModelDescription {
  const { decoder, encoder, ...common } = tiny.config;
  const stages = TINY_STAGES[use];
  const missing = stages.map(halfOf).find((half) => !tiny.config[half]);
  if (missing) {
    const example = missing === 'decoder' ? '1.weight' : '0.weight';
    const expected = `the ${missing} of a tiny VAE, with tensors such as ${missing}.layers.0.weight or ${example}`;
    throw badModel(tiny.source.name, expected, `its ${decoder ? 'decoder' : 'encoder'} alone`);
  }
  if (description.vae.latentChannels !== common.latentChannels) {
    const argument = `${tiny.source.name}: latent channels of the tiny VAE`;
    throw unsupportedModel(
      argument,
      `${description.vae.latentChannels}, those of the model`,
      `${common.latentChannels}`,
    );
  }
  const { latentChannels, scalingFactor } = common;
  const networks: StandIn['networks'] = {
    ...(decoder && stages.includes('vae_decoder')
      ? { vae_decoder: (net, size) => tinyDecoder(net, latentChannels, decoder, size) }
      : {}),
    ...(encoder && stages.includes('vae_encoder')
      ? { vae_encoder: (net, size) => tinyEncoder(net, latentChannels, encoder, size) }
      : {}),
  };
  const changed = { ...description, standIn: { scalingFactor, networks } };
  for (const stage of stages) planStage(changed, stage, tiny.source);
  return changed;
}

const halfOf = (stage: StageName): HalfName => (stage === 'vae_decoder' ? 'decoder' : 'encoder');
