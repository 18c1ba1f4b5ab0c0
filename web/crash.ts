/**
 * Where memory runs out, the device ends the whole page without a word. A mark that is set while drawing and taken
 * away by every orderly end tells the next visit what happened. In the app it is told to the app as well (app.ts), which outlives
 * more than the tab's storage does.
 */
import { signal } from '@preact/signals';
import type { ImageRequest } from '../workers/api';
import { readKept, writeKept } from './kept';
import { parseSettings, type Settings } from './settings';

const KEY = 'drawing';

/** What was being drawn when a page died. */
interface Died {
  readonly width: number;
  readonly height: number;
  /** Steps that were done, of all its pictures; 0 before the first. */
  readonly step: number;
  /** To draw it again, its seed among them; absent where it was drawn from pictures, which died with the page. */
  readonly settings?: Settings | undefined;
}

/** What was being drawn when the page died, if it did. */
export const diedDrawing = signal(parse(readKept(KEY, 'visit')));

/** What is being drawn, as a text for whoever comes after; `null` after an end, `undefined` before there was anything. */
export const crashMark = signal<string | null | undefined>(undefined);

/** UTF-16 units, of three bytes at most, of what the app keeps: 64 KiB (PROTOCOL.md, section 1). */
const MOST_UNITS = 20_000;

/** Whoever kept it: what is none of ours is nothing. */
function parse(text: string | null): Died | undefined {
  try {
    const { width, height, step, settings } = JSON.parse(text ?? 'null');
    if (![width, height, step].every(Number.isSafeInteger)) return undefined;
    // What few ask for is kept here too; the engine judges it as it judges all that is asked.
    const { taken = null, extra = {} } = Object(settings);
    return { width, height, step, settings: settings && { ...parseSettings(JSON.stringify(settings)), taken, extra } };
  } catch {
    return undefined;
  }
}

/** So often at most is it kept and told. */
const APART_MILLISECONDS = 250;

let watched: Died | undefined;
let marked = 0;

/** `settings`: those of `request`. */
export const beginWatch = ({ width, height, initImage, controls }: ImageRequest, settings: Settings): void => {
  diedDrawing.value = undefined;
  watched = { width, height, step: 0, ...(initImage || controls ? {} : { settings }) };
  marked = Number.NEGATIVE_INFINITY;
  reached(0);
};

/** So many steps are done. */
export function reached(step: number, now = performance.now()): void {
  if (!watched || now - marked < APART_MILLISECONDS) return;
  marked = now;
  watched = { ...watched, step };
  const text = JSON.stringify(watched);
  mark(text.length > MOST_UNITS ? JSON.stringify({ ...watched, settings: undefined }) : text);
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
  if (!crashMark.value) diedDrawing.value = parse(text);
}

/** Closing and reloading are orderly ends too. */
export const watchForDeath = (): void => {
  writeKept(KEY, null, 'visit');
  addEventListener('pagehide', endWatch);
};
