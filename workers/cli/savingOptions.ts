/** What of the work is to be left out for speed. */

import { integerWord, numberWord } from '../../models/commandLine.node';
import type { ImageRequest, SavingRequest } from '../api';
import { fast, type Saved } from '../fast';
import { given } from './given';

export const SAVING_USAGE = `\
  --fast                   nearly the same picture in a fraction of the time: our own kernels, and of 12 steps and more
                           deep features kept and no guidance in the last fifth; it says what it did
  --cache-interval N       compute the UNet's deep layers in every Nth call only (of most samplers a step) and keep
                           what they made in between (DeepCache; default: 1: in all)
  --cache-branch N         with it: where the deep layers begin, 0 being the fastest (default: 0)
  --token-merging X        merge this part of the tokens, up to 0.75, where the UNet has most, for self-attention (ToMe;
                           default: 0)`;

const text = { type: 'string' } as const;
export const SAVING_OPTIONS = {
  fast: { type: 'boolean' },
  'cache-interval': text,
  'cache-branch': text,
  'token-merging': text,
} as const;

interface Words {
  readonly 'cache-interval'?: string | undefined;
  readonly 'cache-branch'?: string | undefined;
  readonly 'token-merging'?: string | undefined;
}

/** What is given of them. */
export function savingWords(words: Words): SavingRequest {
  return given({
    cacheInterval: integerWord('--cache-interval', words['cache-interval']),
    cacheBranch: integerWord('--cache-branch', words['cache-branch']),
    tokenMergingRatio: numberWord('--token-merging', words['token-merging']),
  });
}

/** What `--fast` adds to `asked`, which goes before it: a guidance that was asked for to be in one call has no interval. */
export function fastSaving(asked: Pick<ImageRequest, 'steps' | 'guidance'> & Partial<ImageRequest>): Saved {
  const { cacheInterval, guidanceInterval } = fast(asked);
  return {
    ...(cacheInterval && asked.cacheInterval === undefined ? { cacheInterval } : {}),
    ...(guidanceInterval && asked.guidanceInterval === undefined && asked.guidance !== 'one-call'
      ? { guidanceInterval }
      : {}),
  };
}

/** What `--fast` did, in a line. */
export function fastNote(backend: string, { cacheInterval = 1, guidanceInterval }: Saved): string {
  const saved = [
    `computed by ${backend}`,
    ...(cacheInterval > 1 ? [`deep features kept for ${cacheInterval} steps`] : []),
    ...(guidanceInterval ? [`guided from ${guidanceInterval[0]} to ${guidanceInterval[1]} of the steps`] : []),
  ];
  return `note: fast: ${saved.join(', ')}`;
}
