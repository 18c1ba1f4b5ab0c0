/** How far a job is and how long it will still take, from what was measured so far. */
import { type Drawing, type Importing, median } from './reducer';

export interface Progress {
  /** 0 to 1. */
  readonly done: number;
  /** Milliseconds, or `undefined` before anything was measured. */
  readonly left: number | undefined;
}

/**
 * Work is counted in UNet evaluations; a decoding counts as `decodeSteps` of them. Its own progress is unknown until
 * it is over, so the bar runs on with the clock, and stays short of the end.
 */
export function drawingProgress(drawing: Drawing, decodeSteps: number, now: number): Progress {
  const { image, step, of, recent, request } = drawing;
  if (of === 0) return { done: 0, left: undefined };
  const milliseconds = median(recent);
  const decoded =
    drawing.phase === 'decoding' && drawing.decodingSince !== undefined && milliseconds > 0
      ? Math.min((now - drawing.decodingSince) / milliseconds, 0.95 * decodeSteps)
      : 0;
  const whole = request.numImages * (of + decodeSteps);
  const behind = Math.min(image * (of + decodeSteps) + step + decoded, whole);
  return { done: behind / whole, left: (whole - behind) * milliseconds };
}

/** The part of the bar that the demo model's download takes, before its conversion: over a fair connection. */
const DOWNLOAD_SHARE = 0.8;

/** An import goes at its pace so far. The first half second says nothing yet. */
export function importProgress({ source, phase, bytes, of, started }: Importing, now: number): Progress {
  if (of === 0) return { done: 0, left: undefined };
  const part = bytes / of;
  const converted = DOWNLOAD_SHARE + (1 - DOWNLOAD_SHARE) * part;
  const done = phase === 'downloading' ? DOWNLOAD_SHARE * part : source === 'demo' ? converted : part;
  const elapsed = now - started;
  return { done, left: done > 0 && elapsed > 500 ? (elapsed / done) * (1 - done) : undefined };
}
