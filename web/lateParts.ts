/** Brings what lies in `late.ts`. */
import { signal } from '@preact/signals';
import type { Failure } from '../workers/api';
import { findLateWords } from './words';

type LateParts = typeof import('./late');

/** `missing`: they could not be fetched the last time. */
export const lateParts = signal<LateParts | 'missing' | undefined>(undefined);

let coming: Promise<LateParts> | undefined;

/** Rejects where they cannot be fetched; who asks again tries again. */
export function bringLateParts(): Promise<LateParts> {
  coming ??= Promise.all([import('./late'), findLateWords()]).then(
    ([parts]) => {
      lateParts.value = parts;
      return parts;
    },
    (thrown: unknown) => {
      coming = undefined;
      lateParts.value = 'missing';
      throw thrown;
    },
  );
  return coming;
}

/** Before anybody asks: what is opened later is there at once then, and still there when the network is not. */
export const warmUp = (): void => {
  const bring = (): void => void bringLateParts().catch(() => undefined);
  // Safari has no idle callbacks.
  if ('requestIdleCallback' in globalThis) requestIdleCallback(bring, { timeout: 5_000 });
  else setTimeout(bring, 1_000);
};

/** What to say of a part of the page that did not come. */
export const notFetched = (thrown: unknown): Failure => ({
  code: 'download-failed',
  message: `download-failed: program: ${thrown}`,
  details: { argument: 'program', expected: 'to be fetched', got: thrown instanceof Error ? thrown.message : '?' },
});
