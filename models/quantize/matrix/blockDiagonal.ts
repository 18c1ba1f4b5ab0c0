/** A square matrix that is zero but for square blocks along its diagonal, which cover it. */

/** The blocks, each `[n, n]` row by row. */
export type BlockDiagonal = readonly Float32Array[];

export interface Span {
  /** The block's first row and column in the whole matrix. */
  readonly first: number;
  readonly size: number;
  readonly block: Float32Array;
}

/** The blocks with their places, in order. */
export function spans(blocks: BlockDiagonal): Span[] {
  let first = 0;
  return blocks.map((block) => {
    const span = { first, size: Math.sqrt(block.length), block };
    first += span.size;
    return span;
  });
}
