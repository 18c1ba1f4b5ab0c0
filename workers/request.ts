/** The ranges of an `ImageRequest`, checked before anything is loaded. */
import type { ImageRequest, LongPrompts, PromptStyle, RandomSource, SchedulerName, SigmaSpacing } from './api';
import { CodedError } from './errors';

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
const GUIDANCE_FORMS: readonly ImageRequest['guidance'][] = ['auto', 'two-calls', 'one-call'];
export const PROMPT_STYLES: readonly PromptStyle[] = ['plain', 'a1111'];
export const LONG_PROMPTS: readonly LongPrompts[] = ['cut', 'chunks'];
/** More layers than any text encoder of a Stable Diffusion model has. */
const MOST_LAYERS = 24;
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
  oneOf('rng', rng, RANDOM_SOURCES);
  const { subseed, subseedStrength = 0, only } = rest;
  finite('subseedStrength', subseedStrength, 0, 1);
  if (subseed !== undefined) integer('subseed', subseed, 0, Number.MAX_SAFE_INTEGER - 64);
  else if (subseedStrength > 0) throw bad('subseed', 'a seed where subseedStrength is above 0', 'none');
  if (only !== undefined) integer('only', only, 0, numImages - 1);
}

function text(argument: string, value: string): void {
  if (typeof value !== 'string') throw bad(argument, 'text', typeof value);
}

function integer(argument: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw bad(argument, `an integer from ${least} to ${most}`, String(value));
  }
}

function finite(argument: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most)) throw bad(argument, `a number from ${least} to ${most}`, String(value));
}

function pixels(argument: string, value: number): void {
  if (!Number.isInteger(value) || value % 8 !== 0 || value < 8 || value > 2048) {
    throw bad(argument, 'a multiple of 8 from 8 to 2048', String(value));
  }
}

function oneOf<T extends string>(argument: string, value: T, choices: readonly T[]): void {
  if (!choices.includes(value)) throw bad(argument, `one of ${choices.join(', ')}`, String(value));
}

const bad = (argument: string, expected: string, got: string) =>
  new CodedError('bad-argument', { argument, expected, got });
