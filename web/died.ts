/** What was being drawn when a page died, as a text for the page that follows: whoever keeps it need not know what it says. */
import type { ImageRequest } from '../workers/api';
import { parseSettings, type Settings } from './settings';

export interface Died {
  readonly width: number;
  readonly height: number;
  /** Steps that were done, of all its pictures; 0 before the first. */
  readonly step: number;
  /** To draw it again, its seed among them; absent where it was drawn from pictures, which died with the page. */
  readonly settings?: Settings | undefined;
}

/** UTF-16 units, of three bytes at most, of what the app keeps: 64 KiB (PROTOCOL.md, section 1). */
const MOST_UNITS = 20_000;

/** `settings`: those of the request. */
export const drawnOf = ({ width, height, ...from }: ImageRequest, settings: Settings): Died => ({
  ...{ width, height, step: 0 },
  ...((from.initImage ?? from.controls ?? from.ipAdapters) ? {} : { settings }),
});

export function diedText(drawn: Died): string {
  const text = JSON.stringify(drawn);
  return text.length > MOST_UNITS ? JSON.stringify({ ...drawn, settings: undefined }) : text;
}

/** What is none of ours is nothing. */
export function parseDied(text: string | null): Died | undefined {
  try {
    const { width, height, step, settings } = JSON.parse(text ?? 'null');
    if (![width, height, step].every(Number.isSafeInteger)) return undefined;
    if (!settings) return { width, height, step };
    // What few ask for is kept here too; the engine judges it as it judges all that is asked.
    const { extra = {} } = settings;
    return { width, height, step, settings: { ...parseSettings(JSON.stringify(settings)), extra } };
  } catch {
    return undefined;
  }
}
