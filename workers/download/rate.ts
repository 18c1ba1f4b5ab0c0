/** How fast bytes have been arriving of late. */
const WINDOW_MILLISECONDS = 5_000;

export class Rate {
  #samples: { readonly at: number; readonly bytes: number }[] = [];

  /** `bytes` are in at `now`, milliseconds. */
  add(now: number, bytes: number): void {
    this.#samples.push({ at: now, bytes });
    while (this.#samples[1] && now - this.#samples[1].at >= WINDOW_MILLISECONDS) this.#samples.shift();
  }

  /** Over the last five seconds; 0 until there are two moments to compare. */
  get bytesPerSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at <= first.at) return 0;
    return Math.max(0, ((last.bytes - first.bytes) * 1000) / (last.at - first.at));
  }
}
