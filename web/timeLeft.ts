/** How far a job is and how long it will still take, from what was measured so far. */
import { type Drawing, median } from './drawing';
import type { Job } from './jobs';
import { pace } from './pace';
import { placeOf } from './placeOf';

export interface Progress {
  /** 0 to 1. */
  readonly done: number;
  /** Milliseconds, or `undefined` before anything was measured. */
  readonly left: number | undefined;
}

/**
 * Work is counted in steps; a decoding counts as `decodeSteps` of them. Its own progress is unknown until
 * it is over, so the bar runs on with the clock, and stays short of the end.
 */
export function drawingProgress(drawing: Drawing, decodeSteps: number, now: number): Progress {
  const { image, recent, request } = drawing;
  const { done: step, of } = drawing.work ?? { done: drawing.step, of: drawing.of };
  if (of === 0) return { done: 0, left: undefined };
  const milliseconds = median(recent);
  const decoded =
    drawing.phase === 'decoding' && drawing.decodingSince !== undefined && milliseconds > 0
      ? Math.min((now - drawing.decodingSince) / milliseconds, 0.95 * decodeSteps)
      : 0;
  const place = placeOf(request, image);
  const whole = place.of * (of + decodeSteps);
  const behind = Math.min(place.at * (of + decodeSteps) + step + decoded, whole);
  return { done: behind / whole, left: (whole - behind) * milliseconds };
}

/** The part of the bar that a download takes, before the conversion: over a fair connection. */
const DOWNLOAD_SHARE = 0.8;

export interface JobProgress extends Progress {
  /** Bytes a millisecond, of the present phase. */
  readonly rate: number | undefined;
}

/** A job goes on at its present pace; what is downloaded will be converted, in a quarter of the time. */
export function jobProgress(job: Job, now: number): JobProgress {
  const { kind, phase, bytes, of, samples } = job;
  const rate = pace(samples, now);
  if (of === 0) return { done: 0, left: undefined, rate };
  const comesFar = kind === 'demo' || kind === 'download';
  const downloads = comesFar && phase !== 'converting';
  const part = phase === 'verifying' ? 1 : bytes / of;
  const done = downloads ? DOWNLOAD_SHARE * part : comesFar ? DOWNLOAD_SHARE + (1 - DOWNLOAD_SHARE) * part : part;
  const after = downloads ? (of * (1 - DOWNLOAD_SHARE)) / DOWNLOAD_SHARE : 0;
  return { done, left: rate && (of - bytes + after) / rate, rate };
}
