/**
 * The Mersenne Twister MT19937 with torch's seeding: M. Matsumoto and T. Nishimura, "Mersenne Twister", ACM TOMACS
 * 8(1), 1998, in the form of `mt19937ar.c` (2002) and torch 2.11's `ATen/core/MT19937RNGEngine.h`.
 */
const N = 624;
const M = 397;
const MATRIX_A = 0x9908b0df;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;

export class Mt19937 {
  readonly #state = new Uint32Array(N);
  #next = N;

  /** Only the low 32 bits of `seed` count, as in torch, whose `manual_seed` takes 64. */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let j = 1; j < N; j++) state[j] = Math.imul(1812433253, state[j - 1]! ^ (state[j - 1]! >>> 30)) + j;
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    if (this.#next === N) this.#twist();
    let y = this.#state[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let k = 0; k < N; k++) {
      const y = (state[k]! & UPPER) | (state[(k + 1) % N]! & LOWER);
      state[k] = state[(k + M) % N]! ^ (y >>> 1) ^ (y & 1 ? MATRIX_A : 0);
    }
    this.#next = 0;
  }
}
