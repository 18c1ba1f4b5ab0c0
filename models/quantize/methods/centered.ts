/** Moments of a layer's inputs around their mean: what is left of its error where the bias takes the mean's back. */
import { type BlockDiagonal, spans } from '../matrix/blockDiagonal';

/** E[(x - μ)(x - μ)ᵀ] = E[x xᵀ] - μ μᵀ, in the blocks of `gram`; `mean` is μ, `[columns]`. */
export const centered = (gram: BlockDiagonal, mean: Float32Array): BlockDiagonal =>
  spans(gram).map(({ first, size, block }) =>
    block.map((value, i) => value - mean[first + Math.floor(i / size)]! * mean[first + (i % size)]!),
  );
