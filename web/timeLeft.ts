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

/** An import goes at the pace of its bytes so far. The first half second says nothing yet. */
export function importProgress({ bytes, of, started }: Importing, now: number): Progress {
  if (of === 0) return { done: 0, left: undefined };
  const elapsed = now - started;
  return { done: bytes / of, left: bytes > 0 && elapsed > 500 ? (elapsed / bytes) * (of - bytes) : undefined };
}
