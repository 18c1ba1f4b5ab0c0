import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Mt19937 } from '../../../workers/diffusion/mt19937';
import { TorchGenerator } from '../../../workers/diffusion/random';
import { fromRoot } from '../../root';

type Draw =
  | { shape: number[]; all: number[] }
  | { shape: number[]; every97th: number[]; last17: number[]; sum: number; sumOfSquares: number };

const cases: { seed: number; draws: Draw[] }[] = JSON.parse(
  readFileSync(fromRoot('spec/vectors/normals.json'), 'utf8'),
);

test('the 10,000th number of the standard seed is the one in the C++ standard (rand.predef: 4123659995)', () => {
  const engine = new Mt19937(5489);
  for (let i = 1; i < 10_000; i++) engine.uint32();
  assert.is(engine.uint32(), 4123659995);
});

test("normals are torch.randn's within 1e-6, for 60 seeds and shapes and more, and from one draw to the next", () => {
  const pairs = new Set<string>();
  for (const { seed, draws } of cases) {
    const generator = new TorchGenerator(seed);
    draws.forEach((draw, i) => {
      const label = `seed ${seed}, draw ${i} of shape [${draw.shape}]`;
      pairs.add(label);
      const normals = generator.randn(draw.shape.reduce((a, b) => a * b));
      if ('all' in draw) {
        near(normals, draw.all, label);
        return;
      }
      near(
        normals.filter((_, k) => k % 97 === 0),
        draw.every97th,
        label,
      );
      near(normals.subarray(-17), draw.last17, `${label}, tail`);
      // Errors of the sums: 65,536 independent ones of 1e-7 and less, times numbers of size 1.
      assert.ok(Math.abs(sum(normals, (x) => x) - draw.sum) < 2e-4, `${label}: sum`);
      assert.ok(Math.abs(sum(normals, (x) => x * x) - draw.sumOfSquares) < 2e-3, `${label}: sum of squares`);
    });
  }
  assert.ok(pairs.size >= 60, `${pairs.size} pairs`);
});

test('seeds 2^32 apart draw the same, as in torch', () => {
  assert.equal(new TorchGenerator(7).randn(20), new TorchGenerator(7 + 2 ** 32).randn(20));
});

function near(actual: Float32Array, expected: readonly number[], label: string): void {
  assert.is(actual.length, expected.length, label);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) <= 1e-6, `${label}: [${i}] is ${actual[i]}, torch's ${value}`);
  });
}

const sum = (values: Float32Array, term: (x: number) => number): number =>
  values.reduce((total, x) => total + term(x), 0);

test.run();
