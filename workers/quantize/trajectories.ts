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

/** Draws a picture of each prompt. `progress`: pictures drawn, of all, with the part of the next that is done. */
export async function recordedCalls(
  { model, backend, courses }: Parts,
  { prompts, steps, width, height, samples }: Trajectories,
  signal: AbortSignal,
  progress: (done: number, of: number) => void = () => undefined,
): Promise<Calls> {
  const noted: Record<keyof Calls, Tensors[]> = { unet: [], guided: [], vae_decoder: [], vae_encoder: [] };
  const parts = (unet: Tensors[]): Parts => {
    return { model, backend: noting(backend, unet, noted), ...(courses ? { courses } : {}) };
  };
  for (const [i, { prompt }] of prompts.entries()) {
    const request: ImageRequest = {
      ...DEFAULTS,
      prompt,
      seed: i,
      steps: steps + (i % MORE_STEPS),
      scheduler: SCHEDULERS[i % SCHEDULERS.length]!,
      guidance: 'two-calls',
      width,
      height,
    };
    const all: Tensors[] = [];
    for await (const event of textToImage(request, parts(all), signal)) {
      if (event.type === 'failed') throw asError(event, 'calibration');
      if (event.type === 'step') progress(i + event.index / event.of, prompts.length);
    }
    const wanted = Math.floor(((i + 1) * samples) / prompts.length) - Math.floor((i * samples) / prompts.length);
    const pair = 2 * Math.floor((((i + 0.5) * GOLDEN) % 1) * (all.length / 2));
    noted.guided.push(...all.slice(pair, pair + 2));
    noted.unet.push(...spread(all, wanted, (i * GOLDEN) % 1));
  }
  return noted;
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
