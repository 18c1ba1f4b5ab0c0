/** Products of matrices: handed in, since the large ones want an engine; and one in plain JavaScript for the small. */

/** `a` `[m, k]` times `b` `[k, n]`, all row by row: a new `[m, n]`. Leaves both as they are. */
export type MatMul = (a: Float32Array, b: Float32Array, m: number, k: number, n: number) => Promise<Float32Array>;

/** In JavaScript, four rows of `b` at a time: a few GFLOP/s on one thread. */
export const plainMatMul: MatMul = async (a, b, m, k, n) => {
  const c = new Float32Array(m * n);
  for (let row = 0; row < m; row++) {
    const to = c.subarray(row * n, (row + 1) * n);
    let p = 0;
    for (; p + 4 <= k; p += 4) {
      const at = row * k + p;
      const [a0, a1, a2, a3] = [a[at]!, a[at + 1]!, a[at + 2]!, a[at + 3]!];
      const [b0, b1, b2, b3] = [p * n, (p + 1) * n, (p + 2) * n, (p + 3) * n];
      for (let j = 0; j < n; j++) {
        to[j] = to[j]! + a0 * b[b0 + j]! + a1 * b[b1 + j]! + a2 * b[b2 + j]! + a3 * b[b3 + j]!;
      }
    }
    for (; p < k; p++) {
      const factor = a[row * k + p]!;
      for (let j = 0; j < n; j++) to[j] = to[j]! + factor * b[p * n + j]!;
    }
  }
  return c;
};
