/** What of the work is to be left out for speed. */
import { integerWord } from '../../models/commandLine.node';
import type { SavingRequest } from '../api';

export const SAVING_USAGE = `\
  --cache-interval N       compute the UNet's deep layers in every Nth step only and keep what they made in between
                           (DeepCache; default: 1: in all)
  --cache-branch N         with it: where the deep layers begin, 0 being the fastest (default: 0)`;

const text = { type: 'string' } as const;
export const SAVING_OPTIONS = { 'cache-interval': text, 'cache-branch': text } as const;

type Words = { readonly [Option in keyof typeof SAVING_OPTIONS]?: string | undefined };

/** What is given of them. */
export function savingWords(words: Words): SavingRequest {
  const given = {
    cacheInterval: integerWord('--cache-interval', words['cache-interval']),
    cacheBranch: integerWord('--cache-branch', words['cache-branch']),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
