/**
 * Where memory runs out, the device ends the whole page without a word. A mark that is set while drawing and taken
 * away by every orderly end tells the next visit what happened.
 */
import { signal } from '@preact/signals';
import type { ImageRequest } from '../workers/api';
import { readKept, writeKept } from './kept';

const KEY = 'drawing';

/** The size that was being drawn when the page died, if it did. */
export const diedDrawing = signal(parse(readKept(KEY, 'visit')));

function parse(text: string | null): { readonly width: number; readonly height: number } | undefined {
  const found = /^(\d+)x(\d+)$/.exec(text ?? '');
  return found ? { width: Number(found[1]), height: Number(found[2]) } : undefined;
}

export const beginWatch = ({ width, height }: ImageRequest): void => {
  diedDrawing.value = undefined;
  writeKept(KEY, `${width}x${height}`, 'visit');
};
export const endWatch = (): void => writeKept(KEY, null, 'visit');

/** Closing and reloading are orderly ends too. */
export const watchForDeath = (): void => {
  endWatch();
  addEventListener('pagehide', endWatch);
};
