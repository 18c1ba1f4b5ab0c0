/**
 * H = E[x xᵀ] and E[x] of a layer's inputs, in blocks along the diagonal where the whole would be too large, from
 * samples that come a few at a time.
 */
import type { BlockDiagonal } from '../matrix/blockDiagonal';
import type { MatMul } from '../matrix/matMul';

/**
 * Columns of a block at most. Measured on the demo model's layers, blocks of a quarter of the columns cost half of what
 * GPTQ gains: as large as memory and patience allow. 2,304 are 256 channels under a 3×3 kernel, 21 MB.
 */
export const MOST_COLUMNS = 2304;

/** Samples that are multiplied at a time. */
const TOGETHER = 256;

/** Sizes of the blocks of `columns`: as equal as may be, none above `most`, all multiples of `unit`, which divides `columns`. */
export function blockSizes(columns: number, unit: number, most = MOST_COLUMNS): number[] {
  const units = columns / unit;
  const count = Math.ceil(units / Math.max(1, Math.floor(most / unit)));
  return Array.from({ length: count }, (_, i) => {
    return unit * (Math.floor(((i + 1) * units) / count) - Math.floor((i * units) / count));
  });
}

export interface SecondMoments {
  readonly gram: BlockDiagonal;
  /** `[columns]` */
  readonly mean: Float32Array;
  /** Samples that were seen. */
  readonly count: number;
}

/** Bytes that the moments take while samples still come. */
export const momentsBytes = (columns: number, sizes: readonly number[]): number =>
  4 * (sizes.reduce((sum, size) => sum + size ** 2, 0) + 2 * columns * TOGETHER);

export class MomentSums {
  private readonly sums: readonly Float32Array[];
  private readonly totals: Float64Array;
  private waiting: Float32Array[] = [];
  private waitingCount = 0;
  private count = 0;

  /** `sizes`: of the blocks, in order. */
  constructor(
    private readonly sizes: readonly number[],
    private readonly matMul: MatMul,
  ) {
    this.sums = sizes.map((size) => new Float32Array(size ** 2));
    this.totals = new Float64Array(sizes.reduce((a, b) => a + b, 0));
  }

  /** Adds samples, `[columns, n]`. */
  async add(samples: Float32Array): Promise<void> {
    this.waiting.push(samples);
    this.waitingCount += samples.length / this.totals.length;
    if (this.waitingCount >= TOGETHER) await this.multiply();
  }

  /** What all samples together have; there must have been one. */
  async moments(): Promise<SecondMoments> {
    await this.multiply();
    const { count, sums, totals } = this;
    const gram = sums.map((sum) => sum.map((value) => value / count));
    return { gram, mean: Float32Array.from(totals, (total) => total / count), count };
  }

  private async multiply(): Promise<void> {
    const { waiting, waitingCount: count, sizes, sums } = this;
    if (count === 0) return;
    this.waiting = [];
    this.waitingCount = 0;
    this.count += count;
    for (let block = 0, first = 0; block < sizes.length; first += sizes[block++]!) {
      const size = sizes[block]!;
      const rows = this.rowsOf(waiting, count, first, size);
      const turned = new Float32Array(rows.length);
      for (let row = 0; row < size; row++) {
        for (let i = 0; i < count; i++) turned[i * size + row] = rows[row * count + i]!;
      }
      const product = await this.matMul(rows, turned, size, count, size);
      const sum = sums[block]!;
      for (let i = 0; i < sum.length; i++) sum[i]! += product[i]!;
    }
  }

  /** Rows of all that waits, `[size, count]`, whose sums are noted on the way. */
  private rowsOf(waiting: readonly Float32Array[], count: number, first: number, size: number): Float32Array {
    const rows = new Float32Array(size * count);
    for (let row = 0; row < size; row++) {
      let at = row * count;
      for (const samples of waiting) {
        const length = samples.length / this.totals.length;
        const from = (first + row) * length;
        for (let i = from; i < from + length; i++) {
          this.totals[first + row]! += samples[i]!;
          rows[at++] = samples[i]!;
        }
      }
    }
    return rows;
  }
}
