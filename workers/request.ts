/** The ranges of an `ImageRequest`, checked before anything is loaded. */

import { MOST_MERGED } from '../models/graph/tokenMerging';
import type {
  ImageRequest,
  InitImage,
  LongPrompts,
  PromptStyle,
  RandomSource,
  SchedulerName,
  SigmaSpacing,
  TimestepSpacing,
  TinyVaeUse,
} from './api';
import { checkControls } from './controlRequest';
import { hiresStepsOf, isHires } from './hires';
import { checkHires } from './hiresRequest';
import { checkInpaint } from './inpaintRequest';
import { checkIpAdapters } from './ipAdapterRequest';
import { bad, finite, integer, oneOf, pixels, text } from './ranges';
import { skipOf, strengthOf } from './strength';
import { unlikePasses } from './unlikePasses';

/** They step from one noise level to another, so the levels can be spaced otherwise. */
const OVER_SIGMAS = [
  'euler',
  'euler_a',
  'heun',
  'lms',
  'dpm2',
  'dpm2_a',
  'dpmpp_2m',
  'dpmpp_sde',
  'dpmpp_2m_sde',
  'dpmpp_3m_sde',
  'unipc',
  'deis',
] as const;
const OVER_TIMESTEPS = ['pndm', 'ddim', 'ddpm', 'lcm', 'tcd'] as const;
export const SCHEDULERS: readonly SchedulerName[] = [...OVER_TIMESTEPS, ...OVER_SIGMAS];
export const SIGMAS: readonly SigmaSpacing[] = ['model', 'karras', 'exponential', 'sgm_uniform', 'align_your_steps'];
export const RANDOM_SOURCES: readonly RandomSource[] = ['torch', 'philox', 'comfy'];
const DISTILLED: readonly SchedulerName[] = ['lcm', 'tcd'];
const WITH_ETA: readonly SchedulerName[] = ['ddim', 'tcd'];
/** diffusers' classes for these take `timesteps`. */
const WITH_TIMESTEPS: readonly SchedulerName[] = [
  ...(['ddpm', 'euler', 'heun'] as const),
  ...(['dpmpp_2m', 'dpmpp_2m_sde', 'dpmpp_3m_sde', 'lcm', 'tcd'] as const),
];
export const TIMESTEP_SPACINGS: readonly TimestepSpacing[] = ['leading', 'linspace', 'trailing'];
const GUIDANCE_FORMS: readonly ImageRequest['guidance'][] = ['auto', 'two-calls', 'one-call'];
export const PROMPT_STYLES: readonly PromptStyle[] = ['plain', 'a1111'];
export const TINY_VAE_USES: readonly TinyVaeUse[] = ['decoding', 'encoding', 'both'];
export const LONG_PROMPTS: readonly LongPrompts[] = ['cut', 'chunks'];
/** More layers than any text encoder of a Stable Diffusion model has. */
const MOST_LAYERS = 24;
/** More skips than any UNet of such a model has. */
const MOST_BRANCHES = 32;
const MOST_FREEU = 4;
export const MEMORY_MODES: readonly ImageRequest['memory'][] = ['auto', 'normal', 'low'];

/** What a person gets who asks for nothing in particular (A1111's and diffusers' habits). */
export const DEFAULTS = {
  negativePrompt: '',
  steps: 20,
  guidanceScale: 7.5,
  scheduler: 'pndm',
  numImages: 1,
  guidance: 'auto',
  memory: 'auto',
} as const satisfies Partial<ImageRequest>;

/** Throws `bad-argument` with the field, its range and what was given; otherwise returns the request. */
export function checkRequest(request: ImageRequest): ImageRequest {
  checkText(request);
  integer('seed', request.seed, 0, Number.MAX_SAFE_INTEGER - 64);
  integer('steps', request.steps, 1, 1000);
  finite('guidanceScale', request.guidanceScale, 0, 100);
  pixels('width', request.width);
  pixels('height', request.height);
  oneOf('scheduler', request.scheduler, SCHEDULERS);
  integer('numImages', request.numImages, 1, 64);
  checkSampling(request);
  checkInpaint(request);
  checkImages(request);
  checkHires(request);
  checkGuidance(request);
  checkSaving(request);
  checkFreeU(request);
  checkControls(request);
  checkIpAdapters(request);
  oneOf('guidance', request.guidance, GUIDANCE_FORMS);
  oneOf('memory', request.memory, MEMORY_MODES);
  return request;
}

function checkText({
  prompt,
  negativePrompt,
  promptStyle = 'plain',
  longPrompts = 'cut',
  ...rest
}: ImageRequest): void {
  text('prompt', prompt);
  text('negativePrompt', negativePrompt);
  oneOf('promptStyle', promptStyle, PROMPT_STYLES);
  oneOf('longPrompts', longPrompts, LONG_PROMPTS);
  const { clipSkip = 0, embeddings = [] } = rest;
  integer('clipSkip', clipSkip, 0, MOST_LAYERS - 1);
  const names = embeddings.map(({ name }) => name.toLowerCase());
  for (const [i, name] of names.entries()) {
    if (name.trim() === '') throw bad('embeddings', 'a name for each', 'an empty one');
    if (names.indexOf(name) < i) throw bad('embeddings', 'another name for each', `${name} twice`);
  }
}

/** What is only asked for by those who know other programs. */
function checkSampling({ scheduler, sigmas = 'model', eta, rng = 'torch', numImages, ...rest }: ImageRequest): void {
  oneOf('sigmas', sigmas, SIGMAS);
  if (sigmas !== 'model' && !OVER_SIGMAS.some((name) => name === scheduler))
    throw bad('sigmas', `model with ${scheduler}`, sigmas);
  if (eta !== undefined) {
    finite('eta', eta, 0, 1);
    if (!WITH_ETA.includes(scheduler)) throw bad('scheduler', `${WITH_ETA.join(' or ')} where eta is given`, scheduler);
  }
  if (DISTILLED.includes(scheduler)) integer('steps', rest.steps, 1, 50);
  checkTimesteps({ ...rest, scheduler, sigmas });
  oneOf('rng', rng, RANDOM_SOURCES);
  const { subseed, subseedStrength = 0, only } = rest;
  finite('subseedStrength', subseedStrength, 0, 1);
  if (subseed !== undefined) integer('subseed', subseed, 0, Number.MAX_SAFE_INTEGER - 64);
  else if (subseedStrength > 0) throw bad('subseed', 'a seed where subseedStrength is above 0', 'none');
  if (only !== undefined) integer('only', only, 0, numImages - 1);
}

type Timed = Pick<ImageRequest, 'scheduler' | 'sigmas' | 'steps' | 'timestepSpacing' | 'timesteps'>;

function checkTimesteps({ scheduler, sigmas, steps, timestepSpacing, timesteps }: Timed): void {
  if (timestepSpacing !== undefined) {
    oneOf('timestepSpacing', timestepSpacing, TIMESTEP_SPACINGS);
    if (DISTILLED.includes(scheduler)) throw bad('timestepSpacing', `none with ${scheduler}`, timestepSpacing);
    if (timesteps) throw bad('timestepSpacing', 'none where timesteps are given', timestepSpacing);
  }
  if (!timesteps) return;
  if (!WITH_TIMESTEPS.includes(scheduler))
    throw bad('scheduler', `one of ${WITH_TIMESTEPS.join(', ')} where timesteps are given`, scheduler);
  if (sigmas !== 'model') throw bad('sigmas', 'model where timesteps are given', String(sigmas));
  for (const [i, timestep] of timesteps.entries()) {
    const below = i === 0 ? MOST_TIMESTEPS : timesteps[i - 1]!;
    if (!Number.isInteger(timestep) || timestep < 0 || timestep >= below)
      throw bad('timesteps', `an integer from 0 to ${below - 1} in place ${i}`, String(timestep));
  }
  if (timesteps.length !== steps) throw bad('steps', `${timesteps.length}, one for each timestep`, String(steps));
}

/** Timesteps that a model is trained on. */
const MOST_TIMESTEPS = 1000;

/** The picture to begin from, where there is one, and its mask: of the size of what is drawn. */
function checkImages(request: ImageRequest): void {
  const { initImage, maskImage, strength, steps, tinyVae, previews } = request;
  for (const [argument, given] of [
    ['maskImage', maskImage],
    ['strength', strength],
  ] as const)
    if (given !== undefined && !initImage) throw bad('initImage', `a picture where ${argument} is given`, 'none');
  if (initImage) ofSize('initImage', initImage, 3, initSizeOf(request));
  if (maskImage) ofSize('maskImage', maskImage, 1, initSizeOf(request));
  if (strength !== undefined) finite('strength', strength, 0, 1);
  if (previews) integer('previews', previews.every, 1, 1000);
  if (tinyVae) {
    const { use = 'decoding' } = tinyVae;
    oneOf('tinyVaeFor', use, TINY_VAE_USES);
    if (use === 'encoding' && !initImage) throw bad('initImage', 'a picture for the tiny VAE to encode', 'none');
  }
  if (initImage && skipOf(request) === steps) {
    throw bad('strength', `at least 1 / steps: one of ${steps} steps must be left`, String(strengthOf(request)));
  }
}

/** The size of the picture to begin from that `request` wants. */
function initSizeOf({ width, height, outpaint, inpaintPadding, initImage }: ImageRequest) {
  if (initImage && inpaintPadding !== undefined) return { width: initImage.width, height: initImage.height };
  const [left, top, right, bottom] = outpaint ?? [0, 0, 0, 0];
  return { width: width - left - right, height: height - top - bottom };
}

function ofSize(
  argument: string,
  image: InitImage,
  channels: number,
  { width, height }: Pick<ImageRequest, 'width' | 'height'>,
): void {
  if (image.width !== width || image.height !== height)
    throw bad(argument, `${width} × ${height} pixels`, `${image.width} × ${image.height}`);
  const bytes = channels * width * height;
  if (image.pixels.length !== bytes) throw bad(argument, `${bytes} bytes of pixels`, String(image.pixels.length));
}

function checkGuidance(request: ImageRequest): void {
  const {
    guidance,
    guidanceRescale = 0,
    guidanceInterval,
    mimicScale,
    mimicPercentile,
    perpendicularNegative,
  } = request;
  finite('guidanceRescale', guidanceRescale, 0, 1);
  if (guidanceInterval) {
    checkInterval(guidanceInterval, request.steps, skipOf(request));
    if (isHires(request)) {
      const { steps, of } = hiresStepsOf(request);
      checkInterval(guidanceInterval, of, of - steps);
    }
  }
  if (mimicScale !== undefined) {
    finite('mimicScale', mimicScale, 0, 100);
    for (const [other, value] of Object.entries({ guidanceRescale, perpendicularNegative })) {
      if (value) throw bad(other, '0 where mimicScale is given', String(value));
    }
  }
  if (mimicPercentile !== undefined) {
    finite('mimicPercentile', mimicPercentile, 0, 100);
    if (mimicScale === undefined) throw bad('mimicScale', 'a number where mimicPercentile is given', 'none');
  }
  if (perpendicularNegative !== undefined) finite('perpendicularNegative', perpendicularNegative, 0, 100);
  const unlike = unlikePasses(request);
  if (unlike && guidance === 'one-call') throw bad('guidance', `auto or two-calls where ${unlike} is given`, guidance);
}

function checkSaving({ cacheInterval = 1, cacheBranch, tokenMergingRatio = 0 }: ImageRequest): void {
  finite('tokenMergingRatio', tokenMergingRatio, 0, MOST_MERGED);
  integer('cacheInterval', cacheInterval, 1, 20);
  if (cacheBranch === undefined) return;
  integer('cacheBranch', cacheBranch, 0, MOST_BRANCHES - 1);
  if (cacheInterval === 1) throw bad('cacheInterval', 'above 1 where cacheBranch is given', '1');
}

function checkFreeU({ freeu }: ImageRequest): void {
  if (freeu && !(freeu.length === 4 && freeu.every((factor) => factor > 0 && factor <= MOST_FREEU)))
    throw bad('freeu', `four numbers above 0, up to ${MOST_FREEU}`, freeu.join(','));
}

function checkInterval([start, stop]: readonly number[], steps: number, skipped: number): void {
  const within = [start, stop].every((end) => end! >= 0 && end! <= 1);
  // One without a step in it would not guide at all, which is asked for with a guidanceScale of 1.
  if (within && Math.max(skipped, Math.floor(start! * steps)) < Math.floor(stop! * steps)) return;
  const drawn = skipped > 0 ? `the last ${steps - skipped} of ${steps}` : steps;
  throw bad('guidanceInterval', `two numbers from 0 to 1, with one of ${drawn} steps between them`, `${start}:${stop}`);
}
