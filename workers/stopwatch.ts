/** Where the time of a drawing went. */
import type { Timings } from './api';

type Part = Exclude<keyof Timings, 'total'>;

export class Stopwatch {
  readonly #started = performance.now();
  readonly #spent: Record<Part, number> = { textEncoder: 0, unet: 0, vaeDecoder: 0, loading: 0 };

  /** Waits for `work` and books the milliseconds on `part`, also where it fails. */
  async time<T>(part: Part, work: Promise<T>): Promise<T> {
    const started = performance.now();
    try {
      return await work;
    } finally {
      this.#spent[part] += performance.now() - started;
    }
  }

  timings(): Timings {
    return { ...this.#spent, total: performance.now() - this.#started };
  }
}
