/** The arithmetic of merging, where a convolution's kernel counts as its input's width. */
export { addProduct, type Factors } from './product';

/**
 * The two 1×1 kernels and the k×k one between them (`mid` `[rank, inner, k, k]`, `down` `[inner, inputs]`) as one
 * `[rank, inputs, k, k]`.
 */
export function throughMiddle(mid: Float32Array, down: Float32Array, rank: number, inner: number): Float32Array {
  const kernel = mid.length / (rank * inner);
  const inputs = down.length / inner;
  const joined = new Float32Array(rank * inputs * kernel);
  for (let r = 0; r < rank; r++) {
    for (let q = 0; q < inner; q++) {
      for (let tap = 0; tap < kernel; tap++) {
        const factor = mid[(r * inner + q) * kernel + tap]!;
        for (let i = 0; i < inputs; i++) {
          const at = (r * inputs + i) * kernel + tap;
          joined[at] = joined[at]! + factor * down[q * inputs + i]!;
        }
      }
    }
  }
  return joined;
}
