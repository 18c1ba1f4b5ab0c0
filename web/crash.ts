/**
 * Where memory runs out, the device ends the whole page without a word. A mark that is set while drawing and taken
 * away by every orderly end tells the next visit what happened. In the app it is told to the app as well (app.ts), which outlives
 * more than the tab's storage does.
 */
import { signal } from '@preact/signals';
import type { ImageRequest } from '../workers/api';
import { readKept, writeKept } from './kept';

const KEY = 'drawing';

/** The size that was being drawn when the page died, if it did. */
export const diedDrawing = signal(parse(readKept(KEY, 'visit')));

/** What is being drawn, as a text for whoever comes after; `null` after an end, `undefined` before there was anything. */
export const crashMark = signal<string | null | undefined>(undefined);

function parse(text: string | null): { readonly width: number; readonly height: number } | undefined {
  const found = /^(\d+)x(\d+)$/.exec(text ?? '');
  return found ? { width: Number(found[1]), height: Number(found[2]) } : undefined;
}

export const beginWatch = ({ width, height }: ImageRequest): void => {
  diedDrawing.value = undefined;
  mark(`${width}x${height}`);
};

export const endWatch = (): void => mark(null);

function mark(text: string | null): void {
  crashMark.value = text;
  writeKept(KEY, text, 'visit');
}

/** The mark of a page that died, from whoever kept it. What is being drawn now says that it was heard of already. */
export function hearOfDeath(text: string): void {
  if (!crashMark.value) diedDrawing.value = parse(text);
}

/** Closing and reloading are orderly ends too. */
export const watchForDeath = (): void => {
  writeKept(KEY, null, 'visit');
  addEventListener('pagehide', endWatch);
};
