/** The linear algebra below rounding: products, Cholesky's factor. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodedError } from '../../../models/errors';
import { cholesky } from '../../../models/quantize/matrix/cholesky';
import { plainMatMul } from '../../../models/quantize/matrix/matMul';
import { uniform } from '../randomModel';
import { inputs, moments } from './roundingLayers';

test('a product is the sum of products, for every remainder of four', async () => {
  for (const [m, k, n] of [
    [1, 1, 1],
    [3, 4, 5],
    [7, 9, 2],
    [5, 66, 33],
    [2, 0, 3],
  ] as const) {
    const [a, b] = [uniform('a', m * k, 2, 0), uniform('b', k * n, 2, 0)];
    const c = await plainMatMul(a, b, m, k, n);
    assert.is(c.length, m * n);
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += a[i * k + p]! * b[p * n + j]!;
        assert.ok(Math.abs(c[i * n + j]! - sum) < 1e-5, `${m} ${k} ${n}`);
      }
  }
});

/** A singular matrix of second moments, with `damping` of its mean diagonal added. */
function damped(n: number, samples: number, damping: number): Float64Array {
  const a = Float64Array.from(moments(inputs('damped', samples, n), n));
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a[i * n + i]!;
  for (let i = 0; i < n; i++) a[i * n + i]! += (damping * trace) / n;
  return a;
}

/** The largest difference of L Lᵀ and `a`, of the largest diagonal. */
async function misfit(a: Float64Array, n: number): Promise<number> {
  const l = a.slice();
  const widths: number[] = [];
  await cholesky(l, n, plainMatMul, async (columns) => void widths.push(columns));
  assert.is(
    widths.reduce((sum, width) => sum + width, 0),
    n,
  );
  let [worst, largest] = [0, 0];
  for (let i = 0; i < n; i++) {
    largest = Math.max(largest, a[i * n + i]!);
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += l[i * n + k]! * l[j * n + k]!;
      worst = Math.max(worst, Math.abs(sum - a[i * n + j]!));
    }
    // The upper half is as it was.
    for (let j = i + 1; j < n; j++) assert.is(l[i * n + j], a[i * n + j]);
  }
  return worst / largest;
}

test('L Lᵀ is the matrix, in one panel exactly, in many as single precision has it', async () => {
  assert.ok((await misfit(damped(64, 20, 0.01), 64)) < 1e-14);
  for (const n of [65, 130, 700]) {
    const off = await misfit(damped(n, n >> 1, 0.01), n);
    assert.ok(off < 1e-6, `${off} of ${n}`);
  }
});

test('a matrix that is not positive definite is told with its column', async () => {
  for (const broken of [0, -1, Number.NaN]) {
    const a = damped(100, 50, 0.01);
    a[80 * 100 + 80] = broken;
    const error = await cholesky(a, 100, plainMatMul, async () => undefined).catch((thrown) => thrown);
    assert.instance(error, CodedError);
    assert.is(error.code, 'bad-argument');
    assert.match(error.message, /pivot .* in column 80/);
  }
});

test.run();
