/** How long the last picture took on each backend. */
import type { BackendName } from '../workers/api';
import type { Drawn } from './drawing';

export interface Measurement {
  /** From the click to the picture. */
  readonly milliseconds: number;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
}

export type Measured = Readonly<Partial<Record<BackendName, Measurement>>>;

/** `text` as it was kept; of a damaged one, what is sound. */
export function parseMeasured(text: string | null): Measured {
  try {
    const entries = Object.entries(JSON.parse(text ?? '{}') as Record<string, Record<string, unknown>>);
    const sound = entries.filter(([, one]) => ['milliseconds', 'width', 'height', 'steps'].every((key) => one[key]));
    return Object.fromEntries(sound) as unknown as Measured;
  } catch {
    return {};
  }
}

/** `before` with what `drawn` took. */
export const withMeasured = (before: Measured, { backend, milliseconds, request }: Drawn): Measured => {
  const { width, height, steps } = request;
  return { ...before, [backend]: { milliseconds, width, height, steps } };
};
