/**
 * The page's own way to compute on a device whose host knows how hot it is: between two runs it rests as the host does
 * (`bridge-android/core`, `Pace`), and where the host computes nothing, the page does not either: it would only heat it further.
 */
import type { Backend, Stage } from './backend/backend';
import type { HostStatus } from './backend/bridge/status';
import { CodedError } from './errors';
import { heatOf } from './hosting';

/** What the host says of itself: as it said last, and as it says now; nothing where there is none any more. */
export interface Told {
  last(): HostStatus | undefined;
  now(): Promise<HostStatus | undefined>;
}

export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Rejects with its reason where `signal` is aborted meanwhile. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** However long the last run was. */
export const LONGEST_REST_MILLISECONDS = 30_000;

/** `backend`, slower while the device is hot. Opening and running reject with `too-hot` while it is too hot. */
export function paced(backend: Backend, told: Told, clock: Clock): Backend {
  let last = 0;
  const rest = async (signal: AbortSignal): Promise<void> => {
    // So that a page's word, and a host's, is heard between two runs.
    await clock.wait(0, signal);
    const known = told.last();
    if (!known || heatOf(known) === 'none') return;
    const status = await told.now();
    if (!status) return;
    const { thermal, dutyPercent = 100 } = status;
    if (heatOf(status) === 'stopped')
      throw new CodedError('too-hot', { argument: backend.name, expected: 'below critical', got: thermal });
    const milliseconds = (last * (100 - dutyPercent)) / dutyPercent;
    if (milliseconds > 0) await clock.wait(Math.min(milliseconds, LONGEST_REST_MILLISECONDS), signal);
  };
  const timed = async <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    await rest(signal);
    signal.throwIfAborted();
    const begun = clock.now();
    try {
      return await work();
    } finally {
      last = clock.now() - begun;
    }
  };
  return {
    ...backend,
    async open(file, signal, how) {
      // A network that was opened did not heat the device as one that ran.
      await rest(signal);
      const stage: Stage = await backend.open(file, signal, how);
      return {
        run: (inputs) => timed(() => stage.run(inputs), signal),
        ...(stage.runEach ? { runEach: (all) => timed(() => stage.runEach!(all), signal) } : {}),
        close: () => stage.close(),
      };
    },
  };
}
