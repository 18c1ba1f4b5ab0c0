/** Rotations out of numbers of any kind: Cayley's transform. */

/**
 * Of each block `[size, size]` of `blocks` `(I + Q) (I − Q)⁻¹`, where `Q = B − Bᵀ`; the Q of all together is made no longer than `longest`,
 * where that is above 0.
 */
export function cayley(blocks: Float32Array, size: number, longest: number): Float32Array {
  const area = size ** 2;
  const skew = Float64Array.from(blocks, (value, i) => {
    const [block, row, column] = [i - (i % area), Math.floor((i % area) / size), i % size];
    return value - blocks[block + column * size + row]!;
  });
  const length = Math.sqrt(skew.reduce((sum, value) => sum + value ** 2, 0));
  const shorter = longest > 0 && length > longest ? longest / length : 1;
  const rotations = new Float32Array(blocks.length);
  for (let at = 0; at < blocks.length; at += area)
    rotations.set(
      rotation(
        skew.subarray(at, at + area).map((value) => value * shorter),
        size,
      ),
      at,
    );
  return rotations;
}

/** (I − Q)⁻¹ (I + Q), the same, as both are functions of Q; I − Q of a skew Q always has an inverse. Gauss and Jordan's elimination. */
function rotation(skew: Float64Array, size: number): Float64Array {
  const left = skew.map((value, i) => (i % (size + 1) === 0 ? 1 : -value));
  const right = skew.map((value, i) => (i % (size + 1) === 0 ? 1 : value));
  for (let pivot = 0; pivot < size; pivot++) {
    const top = pivot * size;
    // What is left of I − Q has a diagonal of 1 and more: a skew part adds to no square. No rows are swapped.
    const factor = 1 / left[top + pivot]!;
    for (let i = 0; i < size; i++) {
      left[top + i]! *= factor;
      right[top + i]! *= factor;
    }
    for (let row = 0; row < size; row++) {
      const share = left[row * size + pivot]!;
      if (row === pivot || share === 0) continue;
      for (let i = 0; i < size; i++) {
        left[row * size + i]! -= share * left[top + i]!;
        right[row * size + i]! -= share * right[top + i]!;
      }
    }
  }
  return right;
}
