/** The simplest `StageWeights`: all of it in memory. And the check of bounds that every implementation makes. */
import { CodedError } from './errors';
import type { StageWeights } from './stage';

/** `bytes` as they lie there; reads are views. */
export function weightsInMemory(bytes: Uint8Array): StageWeights {
  return {
    bytes: bytes.length,
    read(begin, end) {
      checkBounds(begin, end, bytes.length);
      return bytes.subarray(begin, end);
    },
    close: () => undefined,
  };
}

/** `bad-argument` unless `0 ≤ begin ≤ end ≤ bytes`. */
export function checkBounds(begin: number, end: number, bytes: number): void {
  if (begin >= 0 && begin <= end && end <= bytes) return;
  const expected = `a range within ${bytes} bytes`;
  throw new CodedError('bad-argument', { argument: 'weights', expected, got: `${begin} to ${end}` });
}
