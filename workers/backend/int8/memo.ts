/**
 * What a prelude left for the inputs it has seen, so that two prompts that take turns, or the timesteps of a schedule that is
 * gone through again, are computed once each.
 */
import type { Tensor } from '../../tensor';
import type { Prelude } from './program';

/** Of each prelude so many bytes of results are remembered, or two inputs'. */
const MOST_BYTES = 24 * 1024 * 1024;
/** No more timesteps than most schedules have, nor prompts than a step takes. */
const [MOST_TIMESTEPS, MOST_OTHERS] = [100, 4];

/** How many inputs are remembered, of timesteps at most so many, whose results take so many bytes each. */
const mostOf = (input: string, bytes: number, timesteps: number): number =>
  Math.min(input === 'timestep' ? timesteps : MOST_OTHERS, Math.max(2, Math.floor(MOST_BYTES / Math.max(bytes, 1))));

/** Bytes that results of `preludes` take at most, beside the memory that they lie in while they are used. */
export const memoBytes = (preludes: readonly Prelude[], timesteps = MOST_TIMESTEPS): number =>
  preludes
    .map(({ input, kept }) => ({ input, each: kept.reduce((sum, { bytes }) => sum + bytes, 0) }))
    .reduce((sum, { input, each }) => sum + mostOf(input, each, timesteps) * each, 0);

interface Entry {
  readonly data: Float32Array | Int32Array;
  saved?: Uint8Array[];
}

export class Memo {
  readonly #entries = new Map<string, Entry[]>();
  readonly #resident = new Map<string, Entry>();

  constructor(readonly timesteps = MOST_TIMESTEPS) {}

  /** Fills `kept` with what `compute` makes of `input`, by `compute` or from before. */
  async keep(name: string, input: Tensor, kept: readonly Uint8Array[], compute: () => Promise<void>): Promise<void> {
    const resident = this.#resident.get(name);
    if (resident && same(resident.data, input.data)) return;
    const entries = this.#entries.get(name) ?? [];
    this.#entries.set(name, entries);
    if (resident) resident.saved ??= kept.map((bytes) => bytes.slice());
    this.#resident.delete(name);
    const known = entries.find(({ data }) => same(data, input.data));
    if (known) {
      for (const [i, bytes] of kept.entries()) bytes.set(known.saved![i]!);
      this.#resident.set(name, known);
      return;
    }
    await compute();
    const entry: Entry = { data: input.data.slice() };
    entries.push(entry);
    this.#resident.set(name, entry);
    const bytes = kept.reduce((sum, { length }) => sum + length, 0);
    if (entries.length > mostOf(name, bytes, this.timesteps)) entries.shift();
  }
}

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};
