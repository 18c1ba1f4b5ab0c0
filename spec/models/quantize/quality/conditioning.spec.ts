import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { conditioningKept, type Guided } from '../../../../models/quantize/quality/conditioning';
import { rejects } from '../../rejects';

const wave = (of: number) => Float32Array.from({ length: 512 }, (_, i) => Math.sin(i * of + (i % 5)));
const unconditional = wave(1.7);
const effect = wave(0.3);
/** The prompt's effect times `strength`, with `more` added to both predictions. */
const guided = (strength: number, more = new Float32Array(512)): Guided => ({
  conditional: unconditional.map((value, i) => value + strength * effect[i]! + more[i]!),
  unconditional: unconditional.map((value, i) => value + more[i]!),
});
const near = (got: number, expected: number): void =>
  assert.ok(Math.abs(got - expected) < 1e-5, `${got}, expected ${expected}`);

test('a network that heeds the prompt half as much keeps a ratio of a half, in the same direction', () => {
  for (const strength of [0.05, 0.5, 1, 2]) {
    const { ratio, cosine } = conditioningKept(guided(1), guided(strength));
    near(ratio, strength);
    near(cosine, 1);
  }
});

test('an error that both predictions share costs SQNR, not conditioning', () => {
  const { ratio, cosine } = conditioningKept(guided(1), guided(1, wave(2.2)));
  near(ratio, 1);
  near(cosine, 1);
});

test('a network that does the opposite keeps the ratio and turns the cosine', () => {
  const { ratio, cosine } = conditioningKept(guided(1), guided(-1));
  near(ratio, 1);
  near(cosine, -1);
});

test('a difference of as much noise as effect keeps √2 of it, at 45 degrees', () => {
  // A noise without the effect's direction or a mean, as long as the effect.
  const mirrored = Float32Array.from(effect, (_, i) => effect[i ^ 1]! * (i & 1 ? -1 : 1));
  const mean = effect.reduce((sum, value) => sum + value, 0) / 512;
  assert.ok(Math.abs(mean) < 0.02 && Math.abs(mirrored.reduce((sum, value) => sum + value, 0) / 512) < 0.02);
  const { conditional } = guided(1);
  const noisy = { conditional: conditional.map((value, i) => value + mirrored[i]!), unconditional };
  const { ratio, cosine } = conditioningKept(guided(1), noisy);
  assert.ok(Math.abs(ratio - Math.SQRT2) < 1e-3, `${ratio}`);
  near(cosine, Math.SQRT1_2);
});

test('a network deaf to the prompt keeps nothing', () => {
  assert.equal(conditioningKept(guided(1), guided(0)), { ratio: 0, cosine: 0 });
});

test('a prompt that makes no difference to the reference, and sizes that differ, are refused', async () => {
  await rejects(() => conditioningKept(guided(0), guided(1)), 'bad-argument', 'reference', 'makes a difference');
  const short = { conditional: effect.subarray(1), unconditional: effect.subarray(1) };
  await rejects(() => conditioningKept(guided(1), short), 'bad-argument', 'conditioning', '512', '511');
  const uneven = { conditional: effect, unconditional: effect.subarray(1) };
  await rejects(() => conditioningKept(uneven, guided(1)), 'bad-argument', 'reference', '512', '511');
});

test.run();
