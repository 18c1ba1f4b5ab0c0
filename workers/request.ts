/** The ranges of an `ImageRequest`, checked before anything is loaded. */
import type { ImageRequest, SchedulerName } from './api';
import { CodedError } from './errors';

export const SCHEDULERS: readonly SchedulerName[] = ['pndm', 'ddim', 'euler'];
const GUIDANCE_FORMS: readonly ImageRequest['guidance'][] = ['auto', 'two-calls', 'one-call'];
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
  text('prompt', request.prompt);
  text('negativePrompt', request.negativePrompt);
  integer('seed', request.seed, 0, Number.MAX_SAFE_INTEGER - 64);
  integer('steps', request.steps, 1, 1000);
  finite('guidanceScale', request.guidanceScale, 0, 100);
  pixels('width', request.width);
  pixels('height', request.height);
  oneOf('scheduler', request.scheduler, SCHEDULERS);
  integer('numImages', request.numImages, 1, 64);
  oneOf('guidance', request.guidance, GUIDANCE_FORMS);
  oneOf('memory', request.memory, MEMORY_MODES);
  return request;
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
