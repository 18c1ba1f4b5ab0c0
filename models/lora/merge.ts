/** The arithmetic of merging: `W + scale · up · down` in f32, where a convolution's kernel counts as its input's width. */

/** `up` `[rows, rank]` and `down` `[rank, columns]`, row-major. */
export interface Factors {
  readonly up: Float32Array;
  readonly down: Float32Array;
  readonly rank: number;
}

/** Adds `scale · up · down` to `sum` `[rows, columns]`. Four ranks at a time, so that each sum is loaded once for four. */
export function addProduct(sum: Float32Array, { up, down, rank }: Factors, scale: number): void {
  const rows = up.length / rank;
  const columns = down.length / rank;
  const padded = Math.ceil(rank / 4) * 4;
  const factors = new Float32Array(padded);
  const deep = padded === rank ? down : new Float32Array(padded * columns);
  if (deep !== down) deep.set(down);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < rank; k++) factors[k] = scale * up[row * rank + k]!;
    const out = sum.subarray(row * columns, (row + 1) * columns);
    for (let k = 0; k < padded; k += 4) addFourRows(out, deep, k * columns, columns, factors, k);
  }
}

function addFourRows(
  out: Float32Array,
  rows: Float32Array,
  at: number,
  columns: number,
  factors: Float32Array,
  k: number,
): void {
  const a = factors[k]!;
  const b = factors[k + 1]!;
  const c = factors[k + 2]!;
  const d = factors[k + 3]!;
  const second = at + columns;
  const third = second + columns;
  const fourth = third + columns;
  for (let i = 0; i < columns; i++) {
    out[i] = out[i]! + a * rows[at + i]! + b * rows[second + i]! + c * rows[third + i]! + d * rows[fourth + i]!;
  }
}

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
