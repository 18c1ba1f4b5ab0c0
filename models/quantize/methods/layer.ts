/** What the rounding methods are given and what they make. */
import { CodedError } from '../../errors';
import { type BlockDiagonal, spans } from '../matrix/blockDiagonal';

/**
 * A matrix of weights and what is known of its inputs x. 3×3 kernels are rows of channels · 9, tap by tap in a channel,
 * as checkpoints have them.
 */
export interface Layer {
  /** `[rows, columns]`: a row for each output channel. */
  readonly weights: Float32Array;
  readonly rows: number;
  readonly columns: number;
  /** H = E[x xᵀ] `[columns, columns]`, symmetric. */
  readonly gram: BlockDiagonal;
  /**
   * E[x uᵀ], in blocks as `gram`: u are the inputs in the exact network and x those in the rounded one, where they
   * differ. AdaRound and descent then bring the output over x near to the exact one over u (asymmetric reconstruction);
   * GPTQ, the scales' search and the error look at x alone.
   */
  readonly cross?: BlockDiagonal;
}

/** Weights as `values` · `scales`, which are in ±`most`. */
export interface Rounded {
  /** `[rows, columns]` */
  readonly values: Int8Array;
  /** One of each row, or of each row and block of consecutive columns: `[rows, columns / block]`. */
  readonly scales: Float32Array;
  /** 127 in eight bits, 7 in four. */
  readonly most: number;
  /** Of kernels in four bits, whose scales are whole multiples of their row's: these multiples, 1 to 16. */
  readonly steps?: Uint8Array;
}

/** Columns that share a scale. */
export const groupOf = ({ values, scales }: Rounded): number => values.length / scales.length;

/**
 * `bad-argument` where the parts of a layer do not fit one another, `rounded` does not fit them, or statistics are no
 * finite numbers.
 */
export function checkLayer({ weights, rows, columns, gram, cross }: Layer, rounded?: Rounded): void {
  expect(weights.length === rows * columns, 'weights', `${rows} × ${columns}`, `${weights.length} numbers`);
  checkBlocks('gram', gram, columns);
  if (rounded) {
    const { values, scales } = rounded;
    expect(values.length === weights.length, 'values', `${weights.length} integers`, `${values.length}`);
    expect(columns % groupOf(rounded) === 0, 'scales', 'one for each row or part of it', `${scales.length}`);
  }
  if (!cross) return;
  checkBlocks('cross', cross, columns);
  const sizes = (blocks: BlockDiagonal): string => `${spans(blocks).map(({ size }) => size)}`;
  expect(sizes(cross) === sizes(gram), 'cross', `blocks of ${sizes(gram)}`, `blocks of ${sizes(cross)}`);
}

function checkBlocks(argument: string, blocks: BlockDiagonal, columns: number): void {
  let covered = 0;
  for (const { first, size, block } of spans(blocks)) {
    expect(Number.isInteger(size), argument, 'square blocks', `${block.length} numbers in a block`);
    // A sum of float32 numbers in float64 is finite exactly where all of them are.
    let sum = 0;
    for (let i = 0; i < block.length; i++) sum += Math.abs(block[i]!);
    expect(Number.isFinite(sum), argument, 'finite numbers', `${sum} as their sum from column ${first} on`);
    covered += size;
  }
  expect(covered === columns, argument, `blocks over ${columns} columns`, `blocks over ${covered}`);
}

function expect(holds: boolean, argument: string, expected: string, got: string): void {
  if (!holds) throw new CodedError('bad-argument', { argument, expected, got });
}
