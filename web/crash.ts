/**
 * Where memory runs out, the device ends the whole page without a word. A mark that is set while drawing and taken
 * away by every orderly end tells the next visit what happened. In the app it is told to the app as well (app.ts), which outlives
 * more than the tab's storage does.
 */
import { signal } from '@preact/signals';
import type { ImageRequest } from '../workers/api';
import { type Died, diedText, drawnOf, parseDied } from './died';
import { readKept, writeKept } from './kept';
import type { Settings } from './settings';

const KEY = 'drawing';

/** What was being drawn when the page died, if it did. */
export const diedDrawing = signal(parseDied(readKept(KEY, 'visit')));

/** What is being drawn, as a text for whoever comes after; `null` after an end, `undefined` before there was anything. */
export const crashMark = signal<string | null | undefined>(undefined);

/** So often at most is it kept and told. */
const APART_MILLISECONDS = 250;

let watched: Died | undefined;
let marked = 0;

/** `settings`: those of `request`. */
export const beginWatch = (request: ImageRequest, settings: Settings): void => {
  diedDrawing.value = undefined;
  watched = drawnOf(request, settings);
  marked = Number.NEGATIVE_INFINITY;
  reached(0);
};

/** So many steps are done. */
export function reached(step: number): void {
  const now = performance.now();
  if (!watched || now - marked < APART_MILLISECONDS) return;
  marked = now;
  watched = { ...watched, step };
  mark(diedText(watched));
}

export const endWatch = (): void => {
  watched = undefined;
  mark(null);
};

function mark(text: string | null): void {
  crashMark.value = text;
  writeKept(KEY, text, 'visit');
}

/** The mark of a page that died, from whoever kept it. What is being drawn now says that it was heard of already. */
export function hearOfDeath(text: string): void {
  if (!crashMark.value) diedDrawing.value = parseDied(text);
}

/** Closing and reloading are orderly ends too. */
export const watchForDeath = (): void => {
  writeKept(KEY, null, 'visit');
  addEventListener('pagehide', endWatch);
};
