/** How guidance is to be done, where its scale is not all there is to say. */

import { badArgument, numberWord } from '../../models/commandLine.node';
import type { GuidanceRequest, ImageRequest } from '../api';
import { isComposed } from '../isComposed';
import { given } from './given';

export const GUIDANCE_USAGE = `\
  --guidance-rescale X     how far guided noise is brought back to the deviation of the prompt's own, 0 to 1, against
                           overexposure (default: 0)
  --guidance-interval A:B  guide only in this part of the steps, 0:1 being all; the others take half the time
                           (default: all)
  --mimic-scale X          dynamic thresholding: follow --guidance-scale, no wider than this scale would draw
  --mimic-percentile P     with it: cut off what is farther out than P percent (default: 100)
  --perpendicular-negative X  the negative prompt pushes across the prompt's direction only, by this weight; three calls
                           of the UNet a step in place of two (default: plainly away from it)`;

const text = { type: 'string' } as const;
export const GUIDANCE_OPTIONS = {
  'guidance-rescale': text,
  'guidance-interval': text,
  'mimic-scale': text,
  'mimic-percentile': text,
  'perpendicular-negative': text,
} as const;

type Words = { readonly [Option in keyof typeof GUIDANCE_OPTIONS]?: string | undefined };

/** What is given of them. */
export function guidanceWords(words: Words): GuidanceRequest {
  return given({
    guidanceRescale: numberWord('--guidance-rescale', words['guidance-rescale']),
    guidanceInterval: intervalWord('--guidance-interval', words['guidance-interval']),
    mimicScale: numberWord('--mimic-scale', words['mimic-scale']),
    mimicPercentile: numberWord('--mimic-percentile', words['mimic-percentile']),
    perpendicularNegative: numberWord('--perpendicular-negative', words['perpendicular-negative']),
  });
}

/** In how many calls a step is drawn: of prompts joined by AND each takes one. */
export function guidanceFor(
  asked: Pick<ImageRequest, 'guidance' | 'prompt' | 'promptStyle'>,
): ImageRequest['guidance'] {
  if (!isComposed(asked)) return asked.guidance;
  if (asked.guidance === 'one-call')
    throw badArgument('--guidance', 'auto or two-calls where prompts are joined by AND', 'one-call');
  return 'two-calls';
}

function intervalWord(argument: string, word: string | undefined): readonly [number, number] | undefined {
  if (word === undefined) return undefined;
  const ends = word.split(':');
  if (ends.length !== 2) throw badArgument(argument, 'A:B, two numbers from 0 to 1', word);
  const [start, stop] = ends.map((end) => numberWord(argument, end)!);
  return [start!, stop!];
}
