/** Ranges of arguments: what is beyond one is `bad-argument` with the argument, its range and what was given. */
import type { InitImage } from './api';
import type { Part } from './countsIn';
import { CodedError } from './errors';
import { isSide, LONGEST_SIDE } from './pictureFile/side';

export function text(argument: string, value: string): void {
  if (typeof value !== 'string') throw bad(argument, 'text', typeof value);
}

export function integer(argument: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw bad(argument, `an integer from ${least} to ${most}`, String(value));
  }
}

export function finite(argument: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most)) throw bad(argument, `a number from ${least} to ${most}`, String(value));
}

export function pixels(argument: string, value: number): void {
  if (!isSide(value)) throw bad(argument, `a multiple of 8 from 8 to ${LONGEST_SIDE}`, String(value));
}

export function oneOf<T extends string>(argument: string, value: T, choices: readonly T[]): void {
  if (!choices.includes(value)) throw bad(argument, `one of ${choices.join(', ')}`, String(value));
}

/** In which part of a network's calls something counts: fractions, the end beyond the start. `of` names both. */
export function part(of: (what: string) => string, { start = 0, end = 1 }: Part): void {
  finite(of('start'), start, 0, 1);
  finite(of('end'), end, 0, 1);
  if (start >= end) throw bad(of('end'), `above its start, ${start}`, String(end));
}

export function picture(argument: string, { width, height, pixels }: InitImage): void {
  const bytes = 3 * width * height;
  if (bytes === 0 || pixels.length !== bytes)
    throw bad(argument, `${width} × ${height} pixels of 3 bytes`, `${pixels.length} bytes`);
}

export const bad = (argument: string, expected: string, got: string) =>
  new CodedError('bad-argument', { argument, expected, got });
