/**
 * One path of Brownian motion between two noise levels, asked for piece by piece: `BrownianInterval` of torchsde 0.2.6 with
 * `halfway_tree`, `tol=1e-6` and `pool_size=24`, as `BrownianTreeNoiseSampler` of k-diffusion and diffusers 0.42.1 makes it.
 * Li et al. 2020 (arXiv 2001.01328), section 4. Intervals are halved until an end that was asked for is met; each
 * half is drawn as the bridge between its parent's ends, from a seed that tells where in the tree it lies: so nothing is kept
 * but the whole, and a piece costs some forty draws, which is little beside a call of the network.
 */
import { TorchGenerator } from './random';
import { firstSeed } from './seedSequence';

const POOL_SIZE = 24;
const DIGITS = 6;

/** Levels are rounded to millionths, as `tol` says. */
const rounded = (level: number): number => Number(level.toFixed(DIGITS));

interface Interval {
  readonly start: number;
  readonly end: number;
  /** Place in the tree, counted from the left within its depth. */
  readonly place: number;
  readonly depth: number;
  readonly increment: Float32Array;
}

export class BrownianTree {
  readonly #root: Interval;

  /** `size`: how many paths. */
  constructor(
    readonly seed: number,
    smallest: number,
    largest: number,
    readonly size: number,
  ) {
    const scale = Math.sqrt(largest - smallest);
    const increment = this.#randn([]).map((normal) => normal * scale);
    this.#root = { start: rounded(smallest), end: rounded(largest), place: 0, depth: 0, increment };
  }

  /** The increment from level `from` down to `to`, divided by the root of their distance: unit normals. */
  normals(from: number, to: number): Float32Array {
    const { start, end } = this.#root;
    const [low, high] = [Math.max(rounded(to), start), Math.min(rounded(from), end)];
    const sum = new Float32Array(this.size);
    if (low < high) this.#gather(this.#root, low, high, sum);
    // The path runs up and we go down, hence the sign.
    const scale = -1 / Math.sqrt(from - to);
    return sum.map((increment) => increment * scale);
  }

  #gather(interval: Interval, low: number, high: number, sum: Float32Array): void {
    if (low <= interval.start && high >= interval.end) {
      interval.increment.forEach((increment, i) => {
        sum[i]! += increment;
      });
      return;
    }
    for (const half of this.#halved(interval)) {
      if (low < half.end && high > half.start) this.#gather(half, low, high, sum);
    }
  }

  #halved({ start, end, place, depth, increment }: Interval): readonly [Interval, Interval] {
    const middle = rounded(0.5 * (end + start));
    const [part, deviation] = [
      (middle - start) / (end - start),
      Math.sqrt(((middle - start) * (end - middle)) / (end - start)),
    ];
    const noise = this.#randn([place, depth]);
    const left = increment.map((whole, i) => part * whole + deviation * noise[i]!);
    const right = increment.map((whole, i) => whole - left[i]!);
    return [
      { start, end: middle, place: 2 * place, depth: depth + 1, increment: left },
      { start: middle, end, place: 2 * place + 1, depth: depth + 1, increment: right },
    ];
  }

  #randn(spawnKey: readonly number[]): Float32Array {
    return new TorchGenerator(firstSeed(this.seed, spawnKey, POOL_SIZE)).randn(this.size);
  }
}
