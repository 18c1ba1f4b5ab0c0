/**
 * H = E[x xᵀ] and E[x] of a layer's inputs, in blocks along the diagonal where the whole would be too large, from
 * samples that come a few at a time; and E[x uᵀ] with the inputs u that it has in the exact network, where x are others.
 */
import type { BlockDiagonal } from '../matrix/blockDiagonal';
import type { MatMul } from '../matrix/matMul';
import { transposeRows } from '../transpose';

/** Samples that are multiplied at a time. */
const TOGETHER = 256;

export interface SecondMoments {
  readonly gram: BlockDiagonal;
  /** E[x uᵀ], where u were given. */
  readonly cross?: BlockDiagonal;
  /** `[columns]` */
  readonly mean: Float32Array;
  /** Samples that were seen. */
  readonly count: number;
}

/** Samples `[columns, n]`: what a layer is given, and what it would be in the exact network. */
interface Samples {
  readonly given: Float32Array;
  readonly exact?: Float32Array;
}

export class MomentSums {
  private readonly grams: readonly Float32Array[];
  private readonly crosses: readonly Float32Array[];
  private readonly totals: Float64Array;
  private waiting: Samples[] = [];
  private waitingCount = 0;
  private count = 0;

  /** `sizes`: of the blocks, in order. With `crossed`, all samples have both inputs. */
  constructor(
    private readonly sizes: readonly number[],
    private readonly matMul: MatMul,
    private readonly crossed = false,
  ) {
    this.grams = sizes.map((size) => new Float32Array(size ** 2));
    this.crosses = crossed ? sizes.map((size) => new Float32Array(size ** 2)) : [];
    this.totals = new Float64Array(sizes.reduce((a, b) => a + b, 0));
  }

  async add(given: Float32Array, exact?: Float32Array): Promise<void> {
    this.waiting.push({ given, ...(exact ? { exact } : {}) });
    this.waitingCount += given.length / this.totals.length;
    if (this.waitingCount >= TOGETHER) await this.multiply();
  }

  /** What all samples together have; there must have been one, and none may follow: the sums themselves become means. */
  async moments(): Promise<SecondMoments> {
    await this.multiply();
    const { count, totals } = this;
    const means = (sums: readonly Float32Array[]): BlockDiagonal => {
      for (const sum of sums) for (let i = 0; i < sum.length; i++) sum[i]! /= count;
      return sums;
    };
    return {
      gram: means(this.grams),
      ...(this.crossed ? { cross: means(this.crosses) } : {}),
      mean: Float32Array.from(totals, (total) => total / count),
      count,
    };
  }

  private async multiply(): Promise<void> {
    const { waiting, waitingCount: count, sizes } = this;
    if (count === 0) return;
    this.waiting = [];
    this.waitingCount = 0;
    this.count += count;
    const given = waiting.map((samples) => samples.given);
    const exact = waiting.flatMap((samples) => samples.exact ?? []);
    this.addTotals(given);
    for (let block = 0, first = 0; block < sizes.length; first += sizes[block++]!) {
      const size = sizes[block]!;
      const rows = this.rowsOf(given, count, first, size);
      await this.addProduct(this.grams[block]!, rows, rows, size);
      if (this.crossed) {
        await this.addProduct(this.crosses[block]!, rows, this.rowsOf(exact, count, first, size), size);
      }
    }
  }

  /** Adds `a` `bᵀ`, both `[size, count]`. */
  private async addProduct(sum: Float32Array, a: Float32Array, b: Float32Array, size: number): Promise<void> {
    const count = a.length / size;
    const turned = new Float32Array(b.length);
    transposeRows(b, turned, 0, size, 1);
    const product = await this.matMul(a, turned, size, count, size);
    for (let i = 0; i < sum.length; i++) sum[i]! += product[i]!;
  }

  private addTotals(waiting: readonly Float32Array[]): void {
    const { totals } = this;
    for (const samples of waiting) {
      const length = samples.length / totals.length;
      for (let row = 0, at = 0; row < totals.length; row++) {
        for (const end = at + length; at < end; at++) totals[row]! += samples[at]!;
      }
    }
  }

  /** Some rows of all that waits, `[size, count]`. */
  private rowsOf(waiting: readonly Float32Array[], count: number, first: number, size: number): Float32Array {
    const rows = new Float32Array(size * count);
    for (let row = 0; row < size; row++) {
      let at = row * count;
      for (const samples of waiting) {
        const length = samples.length / this.totals.length;
        const from = (first + row) * length;
        rows.set(samples.subarray(from, from + length), at);
        at += length;
      }
    }
    return rows;
  }
}
