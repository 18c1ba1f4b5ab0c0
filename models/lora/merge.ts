/** The arithmetic of merging: `W + scale · up · down` in f32, where a convolution's kernel counts as its input's width. */

/** `up` `[rows, rank]` and `down` `[rank, columns]`, row-major. */
export interface Factors {
  readonly up: Float32Array;
  readonly down: Float32Array;
  readonly rank: number;
}

/**
 * Adds `scale · up · down` to `sum` `[rows, columns]`, in tiles of four rows by four ranks: eight values are loaded for
 * sixteen multiplications, where a plain loop loads two for one.
 */
export function addProduct(sum: Float32Array, { up, down, rank }: Factors, scale: number): void {
  const rows = up.length / rank;
  const columns = down.length / rank;
  const nothing = new Float32Array(columns);
  const downRow = (k: number) => (k < rank ? down.subarray(k * columns, (k + 1) * columns) : nothing);
  const downRows = Array.from({ length: roundUp(rank) }, (_, k) => downRow(k));
  // Where rows do not come in fours the last tile adds to this, too.
  const spare = new Float32Array(columns);
  const sumRow = (row: number) => (row < rows ? sum.subarray(row * columns, (row + 1) * columns) : spare);
  const factor = (row: number, k: number) => (row < rows && k < rank ? scale * up[row * rank + k]! : 0);
  const tile = new Float32Array(16);
  for (let row = 0; row < rows; row += 4) {
    const [p, q, r, s] = [sumRow(row), sumRow(row + 1), sumRow(row + 2), sumRow(row + 3)];
    for (let k = 0; k < rank; k += 4) {
      for (let i = 0; i < 16; i++) tile[i] = factor(row + (i >> 2), k + (i & 3));
      addTile(p, q, r, s, downRows[k]!, downRows[k + 1]!, downRows[k + 2]!, downRows[k + 3]!, tile);
    }
  }
}

/** Adds the rows `a` to `d`, weighted by the four rows of `tile`, to the rows `p` to `s`. */
function addTile(
  p: Float32Array,
  q: Float32Array,
  r: Float32Array,
  s: Float32Array,
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  d: Float32Array,
  tile: Float32Array,
): void {
  // Sixteen locals: V8 keeps them in registers, but reads an array again and again.
  const [pa, pb, pc, pd] = [tile[0]!, tile[1]!, tile[2]!, tile[3]!];
  const [qa, qb, qc, qd] = [tile[4]!, tile[5]!, tile[6]!, tile[7]!];
  const [ra, rb, rc, rd] = [tile[8]!, tile[9]!, tile[10]!, tile[11]!];
  const [sa, sb, sc, sd] = [tile[12]!, tile[13]!, tile[14]!, tile[15]!];
  for (let i = 0; i < p.length; i++) {
    const w = a[i]!;
    const x = b[i]!;
    const y = c[i]!;
    const z = d[i]!;
    p[i] = p[i]! + pa * w + pb * x + pc * y + pd * z;
    q[i] = q[i]! + qa * w + qb * x + qc * y + qd * z;
    r[i] = r[i]! + ra * w + rb * x + rc * y + rd * z;
    s[i] = s[i]! + sa * w + sb * x + sc * y + sd * z;
  }
}

const roundUp = (count: number): number => Math.ceil(count / 4) * 4;

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
