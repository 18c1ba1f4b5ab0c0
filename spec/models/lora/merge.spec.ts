import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addProduct, throughMiddle } from '../../../models/lora/merge';
import { uniform } from '../randomModel';

test('products of every remainder of rows and ranks by four are those of the definition', () => {
  for (const rows of [1, 2, 3, 4, 5, 9]) {
    for (const rank of [1, 2, 3, 4, 6, 9]) {
      const columns = 7;
      const up = uniform(`up ${rows}`, rows * rank, 2, 0);
      const down = uniform(`down ${rank}`, rank * columns, 2, 0);
      const sum = uniform('sum', rows * columns, 2, 0);
      const expected = sum.map((value, at) => {
        const row = Math.floor(at / columns);
        let product = 0;
        for (let k = 0; k < rank; k++) product += up[row * rank + k]! * down[k * columns + (at % columns)]!;
        return value - 1.5 * product;
      });
      addProduct(sum, { up, down, rank }, -1.5);
      const error = Math.max(...sum.map((value, i) => Math.abs(value - expected[i]!)));
      assert.ok(error < 2e-6, `${rows} × ${rank}: ${error}`);
    }
  }
});

test('a middle kernel spreads each rank over its taps', () => {
  // mid [1, 2, 1, 3] · down [2, 2]: channel i of tap t is Σ mid[q, t] · down[q, i].
  const joined = throughMiddle(Float32Array.of(1, 2, 3, 10, 20, 30), Float32Array.of(1, 2, 3, 4), 1, 2);
  assert.equal([...joined], [31, 62, 93, 42, 84, 126]);
});

test.run();
