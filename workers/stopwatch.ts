/** Where the time of a drawing went. */
import type { Timings } from './api';

type Part = Exclude<keyof Timings, 'total'>;
type Spent = { -readonly [One in keyof Omit<Timings, 'total'>]: Timings[One] };

export class Stopwatch {
  readonly #started = performance.now();
  readonly #spent: Spent = { textEncoder: 0, unet: 0, vaeDecoder: 0, loading: 0 };

  /** Waits for `work` and books the milliseconds on `part`, also where it fails. */
  async time<T>(part: Part, work: Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work;
    } finally {
      this.#spent[part] = (this.#spent[part] ?? 0) + performance.now() - started;
    }
  }

  timings(): Timings {
    return { ...this.#spent, total: performance.now() - this.#started };
  }
}
