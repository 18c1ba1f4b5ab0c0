/** What is known of the values at a tap: their ends, and some of them, from which a range may be chosen that clips the rest. */
import { CodedError } from '../../errors';
import type { Range } from '../encodings';

export interface ActivationStatistics extends Range {
  /** Some values of every run, as many of each. */
  readonly some: Float32Array;
}

/** Statistics of taps, by their names, over runs. */
export class ActivationSums {
  private readonly ends = new Map<string, Range>();
  private readonly some = new Map<string, Float32Array[]>();

  /** `seen`: the least and the greatest value of a run, then some others. `bad-model` where one is no finite number. */
  add(tap: string, seen: Float32Array): void {
    const [min, max] = seen as unknown as [number, number];
    if (!Number.isFinite(min) || !Number.isFinite(max)) {
      throw new CodedError('bad-model', { argument: tap, expected: 'finite values', got: `${min} to ${max}` });
    }
    const known = this.ends.get(tap) ?? { min, max };
    this.ends.set(tap, { min: Math.min(min, known.min), max: Math.max(max, known.max) });
    const list = this.some.get(tap) ?? [];
    list.push(seen.slice(2));
    this.some.set(tap, list);
  }

  statistics(): Map<string, ActivationStatistics> {
    return new Map([...this.ends].map(([tap, ends]) => [tap, { ...ends, some: joined(this.some.get(tap)!) }]));
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
