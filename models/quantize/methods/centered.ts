/** Moments of a layer's inputs around their mean: what is left of its error where the bias takes the mean's back. */
import { type BlockDiagonal, spans } from '../matrix/blockDiagonal';

/** Of the loudest input's E[x²]: more than float32 rounds off of sums of squares, less than what is worth telling apart. */
const LEAST = 1e-5;

/**
 * E[(x - μ)(x - μ)ᵀ] = E[x xᵀ] - μ μᵀ, in the blocks of `gram`; `mean` is μ, `[columns]`. Inputs that do not vary would leave
 * rounding errors of either sign: `LEAST` is added along the diagonal, which keeps the whole positive definite.
 */
export const centered = (gram: BlockDiagonal, mean: Float32Array): BlockDiagonal =>
  spans(gram).map(({ first, size, block }) => {
    const around = block.map((value, i) => value - mean[first + Math.floor(i / size)]! * mean[first + (i % size)]!);
    let loudest = 0;
    for (let i = 0; i < block.length; i += size + 1) loudest = Math.max(loudest, block[i]!);
    for (let i = 0; i < block.length; i += size + 1) around[i]! += LEAST * loudest;
    return around;
  });
