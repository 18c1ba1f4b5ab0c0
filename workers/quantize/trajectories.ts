/**
 * What the networks of a model are asked while it draws: pictures are drawn from calibration prompts, with one scheduler
 * after another and varying steps, and of every picture some calls are noted.
 */
import type { CalibrationPrompt } from '../../models/calibration/calibrationPrompts';
import type { ImageRequest } from '../api';
import type { Backend } from '../backend/backend';
import { notingBackend } from '../backend/notingBackend';
import { asError } from '../errors';
import type { Parts } from '../openStage';
import { textToImage } from '../pipeline';
import { DEFAULTS } from '../request';
import type { Tensors } from '../tensor';

export interface Trajectories {
  readonly prompts: readonly CalibrationPrompt[];
  /** Of a picture, at least. */
  readonly steps: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Calls of the UNet to note, of all pictures together. */
  readonly samples: number;
}

/**
 * Inputs of the pipeline's own networks, by the names in `models/stage.ts`. `guided` are calls of the UNet in pairs, one of
 * each picture: without the prompt, then with it.
 */
export type Calls = Readonly<Record<'unet' | 'guided' | 'vae_decoder' | 'vae_encoder', readonly Tensors[]>>;

/** Of different kinds; all that there are would say no more of where latents lie. */
const SCHEDULERS = ['pndm', 'ddim', 'euler'] as const;

/** Steps differ by so many, lest all pictures see the same timesteps. */
const MORE_STEPS = 5;

const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** What `record` makes of picture `index`, or what was made of it before. */
export type Once = (index: number, record: () => Promise<Calls>) => Promise<Calls>;

/**
 * Draws a picture of each prompt with what `partsOf` opens, once it is wanted. `progress`: pictures drawn, of all, with the part of the
 * next that is done.
 */
export async function recordedCalls(
  partsOf: () => Promise<Parts>,
  trajectories: Trajectories,
  signal: AbortSignal,
  progress: (done: number, of: number) => void = () => undefined,
  once: Once = (_, record) => record(),
): Promise<Calls> {
  const { length } = trajectories.prompts;
  const all: Record<keyof Calls, Tensors[]> = { unet: [], guided: [], vae_decoder: [], vae_encoder: [] };
  for (let i = 0; i < length; i++) {
    const told = (part: number): void => progress(i + part, length);
    const calls = await once(i, async () => recordedPicture(await partsOf(), trajectories, i, signal, told));
    for (const stage of Object.keys(all) as (keyof Calls)[]) all[stage].push(...calls[stage]);
  }
  return all;
}

async function recordedPicture(
  { model, backend, courses }: Parts,
  { prompts, steps, width, height, samples }: Trajectories,
  i: number,
  signal: AbortSignal,
  progress: (part: number) => void,
): Promise<Calls> {
  const all: Tensors[] = [];
  const noted: Record<'vae_decoder' | 'vae_encoder', Tensors[]> = { vae_decoder: [], vae_encoder: [] };
  const parts: Parts = { model, backend: noting(backend, all, noted), ...(courses ? { courses } : {}) };
  const request: ImageRequest = {
    ...DEFAULTS,
    prompt: prompts[i]!.prompt,
    seed: i,
    steps: steps + (i % MORE_STEPS),
    scheduler: SCHEDULERS[i % SCHEDULERS.length]!,
    guidance: 'two-calls',
    width,
    height,
  };
  for await (const event of textToImage(request, parts, signal)) {
    if (event.type === 'failed') throw asError(event, 'calibration');
    if (event.type === 'step') progress(event.index / event.of);
  }
  const wanted = Math.floor(((i + 1) * samples) / prompts.length) - Math.floor((i * samples) / prompts.length);
  const pair = 2 * Math.floor((((i + 0.5) * GOLDEN) % 1) * (all.length / 2));
  return { ...noted, guided: all.slice(pair, pair + 2), unet: spread(all, wanted, (i * GOLDEN) % 1) };
}

/** `count` of `all`, evenly apart, the first after `offset` of a part. */
function spread<Item>(all: readonly Item[], count: number, offset: number): Item[] {
  if (count >= all.length) return [...all];
  return Array.from({ length: count }, (_, i) => all[Math.floor(((i + offset) * all.length) / count)]!);
}

/** Notes what the UNet is asked, what the decoder is, and the pictures that it leaves, for the encoder. */
function noting(backend: Backend, unet: Tensors[], noted: Record<'vae_decoder' | 'vae_encoder', Tensors[]>): Backend {
  return notingBackend(backend, (stage, inputs, outputs) => {
    if (stage === 'unet') unet.push(inputs);
    if (stage !== 'vae_decoder') return;
    noted.vae_decoder.push(inputs);
    noted.vae_encoder.push(outputs);
  });
}
