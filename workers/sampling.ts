/**
 * What a request draws with: its sampler on its schedule, its guidance and its noise. They are fetched when they are first needed, for
 * the page has only so many bytes at a visit.
 */
import { later } from '../models/later';
import type { SchedulerConfig } from '../models/sd15';
import type { ImageRequest, Picture } from './api';
import type { Guidance } from './diffusion/guides';
import type { Latents } from './diffusion/latents';
import type { PictureNoise } from './diffusion/noise';
import type { Sampler, Schedule } from './diffusion/sampler';

export interface Sampling {
  readonly sampler: Sampler;
  readonly schedule: Schedule;
}

/** `skip`: steps left out at the beginning. Rejects with what the schedule refuses. */
export async function samplerFor(
  { scheduler, steps, sigmas = 'model', eta, timestepSpacing, timesteps }: ImageRequest,
  config: SchedulerConfig,
  skip = 0,
): Promise<Sampling> {
  const { samplers } = await later(import('./diffusion/samplers'));
  const { sampler, schedule } = samplers[scheduler];
  const spaced = timestepSpacing ? { ...config, timestepSpacing } : config;
  const options = { sigmas, skip, ...(eta === undefined ? {} : { eta }), ...(timesteps ? { timesteps } : {}) };
  return { sampler, schedule: schedule(spaced, steps, options) };
}

/** Whether there is a negative prompt that is to push across the prompt only. */
export const isPerpendicular = (asked: Pick<ImageRequest, 'perpendicularNegative' | 'negativePrompt'>): boolean =>
  asked.perpendicularNegative !== undefined && asked.negativePrompt !== '';

export async function guidanceFor({ guidanceScale, guidanceRescale = 0, ...rest }: ImageRequest): Promise<Guidance> {
  const { guided, rescaled, mimicked, perpendicular } = await later(import('./diffusion/guides'));
  const { mimicScale, mimicPercentile = 100, perpendicularNegative = 0 } = rest;
  if (mimicScale !== undefined) return { guide: mimicked(guidanceScale, mimicScale, mimicPercentile), of: 'estimates' };
  const across = isPerpendicular(rest);
  const guide = across ? perpendicular(guidanceScale, perpendicularNegative) : guided(guidanceScale);
  return { guide: guidanceRescale > 0 ? rescaled(guide, guidanceRescale) : guide, of: 'predictions' };
}

/** What tells picture `image` of a batch from the others. */
export function pictureSeeds(
  { seed, rng, subseed, subseedStrength = 0 }: Omit<ImageRequest, 'width' | 'height'>,
  image: number,
): Pick<Picture, 'seed' | 'subseed'> {
  if (subseedStrength > 0) return { seed, subseed: subseed! + image };
  return { seed: rng === 'comfy' ? seed : seed + image };
}

/** The noise of picture `image`, in latents of `shape`; `encoded` as in `NoiseRequest`. */
export async function noiseFor(
  request: ImageRequest,
  image: number,
  shape: Latents['shape'],
  schedule: Schedule,
  encoded = false,
): Promise<PictureNoise> {
  const { pictureNoise } = await later(import('./diffusion/noise'));
  const { rng = 'torch', subseedStrength = 0, numImages } = request;
  const { seed, subseed } = pictureSeeds(request, image);
  const variation = subseed === undefined ? {} : { variation: { seed: subseed, strength: subseedStrength } };
  const batch = { index: image, of: numImages };
  return pictureNoise({ source: rng, seed, ...variation, batch, shape, encoded }, schedule);
}
