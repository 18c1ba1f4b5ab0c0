/**
 * What a prelude left for the inputs it has seen, so that two prompts that take turns, or the timesteps of a schedule that is
 * gone through again, are computed once each.
 */
import type { Tensor } from '../../tensor';

/** Inputs remembered of each prelude: more than the steps of most schedules, whose results are small; prompts are two. */
const MOST_BYTES = 24 * 1024 * 1024;

interface Entry {
  readonly data: Float32Array | Int32Array;
  saved?: Uint8Array[];
}

export class Memo {
  readonly #entries = new Map<string, Entry[]>();
  readonly #resident = new Map<string, Entry>();

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
    const most = Math.max(2, Math.floor(MOST_BYTES / Math.max(bytes, 1)));
    if (entries.length > most) entries.shift();
  }
}

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};
