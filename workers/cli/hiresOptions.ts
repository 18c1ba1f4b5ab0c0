/** A second, larger pass, in the words of `npm run generate`. */

import { badArgument, integerWord, numberWord } from '../../models/commandLine.node';
import type { HiresRequest, HiresUpscaler } from '../api';
import { HIRES_DEFAULTS, HIRES_UPSCALERS } from '../hires';
import { given } from './given';

export const HIRES_USAGE = `\
  --hires-scale X          drawn at its size, then X times as large once more, as stable-diffusion-webui's "Hires. fix"
  --hires-size WxH         in place of a scale: the size of the second pass
  --hires-upscaler NAME    what enlarges between the two: ${HIRES_UPSCALERS.slice(0, 4).join(', ')},
                           ${HIRES_UPSCALERS.slice(4).join(', ')}; those called latent need no decoding
                           (default: ${HIRES_DEFAULTS.hiresUpscaler})
  --hires-steps N          steps of the second pass (default: 0: as many as of the first)
  --hires-strength X       how much of the first pass is given up, above 0 to 1 (default: ${HIRES_DEFAULTS.hiresStrength})`;

const text = { type: 'string' } as const;
export const HIRES_OPTIONS = {
  'hires-scale': text,
  'hires-size': text,
  'hires-upscaler': text,
  'hires-steps': text,
  'hires-strength': text,
} as const;

type Words = { readonly [Option in keyof typeof HIRES_OPTIONS]?: string | undefined };

/** What is given of them. */
export function hiresWords(words: Words): HiresRequest {
  return given({
    hiresScale: numberWord('--hires-scale', words['hires-scale']),
    hiresSize: sizeWord('--hires-size', words['hires-size']),
    hiresUpscaler: words['hires-upscaler'] as HiresUpscaler | undefined,
    hiresSteps: integerWord('--hires-steps', words['hires-steps']),
    hiresStrength: numberWord('--hires-strength', words['hires-strength']),
  });
}

function sizeWord(argument: string, word: string | undefined): HiresRequest['hiresSize'] {
  if (word === undefined) return undefined;
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/i.exec(word) ?? [];
  if (!width) throw badArgument(argument, 'WxH, pixels, as 768x512', word);
  return { width: Number(width), height: Number(height) };
}
