/** Second moments in blocks, from samples that come in parts of any size. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MomentSums } from '../../../../models/quantize/calibrate/moments';
import { plainMatMul } from '../../../../models/quantize/matrix/matMul';
import { uniform } from '../../randomModel';

const COLUMNS = 6;

/** `[columns, count]` from samples `[count, columns]`. */
const turned = (samples: Float32Array[]): Float32Array =>
  Float32Array.from({ length: COLUMNS * samples.length }, (_, i) => {
    return samples[i % samples.length]![Math.floor(i / samples.length)]!;
  });

test('E[x xᵀ] within the blocks and E[x], however the samples came', async () => {
  const samples = Array.from({ length: 700 }, (_, i) => uniform(`sample ${i}`, COLUMNS, 1, 0.5));
  for (const together of [1, 37, 700]) {
    const sums = new MomentSums([4, 2], plainMatMul);
    for (let at = 0; at < samples.length; at += together) await sums.add(turned(samples.slice(at, at + together)));
    const { gram, mean, count } = await sums.moments();
    assert.is(count, 700);
    for (const [first, size, block] of [
      [0, 4, gram[0]!],
      [4, 2, gram[1]!],
    ] as const) {
      assert.is(block.length, size ** 2);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          const expected = samples.reduce((sum, x) => sum + x[first + i]! * x[first + j]!, 0) / 700;
          assert.ok(Math.abs(block[i * size + j]! - expected) < 1e-5, `${together}: ${i} ${j}`);
        }
      }
    }
    for (let i = 0; i < COLUMNS; i++) {
      const expected = samples.reduce((sum, x) => sum + x[i]!, 0) / 700;
      assert.ok(Math.abs(mean[i]! - expected) < 1e-6);
    }
  }
});

test('E[x uᵀ] of inputs and what they would be in the exact network', async () => {
  const given = Array.from({ length: 300 }, (_, i) => uniform(`given ${i}`, COLUMNS, 1, 0.5));
  const exact = Array.from({ length: 300 }, (_, i) => uniform(`exact ${i}`, COLUMNS, 1, 0.2));
  const sums = new MomentSums([4, 2], plainMatMul, true);
  for (let at = 0; at < 300; at += 77)
    await sums.add(turned(given.slice(at, at + 77)), turned(exact.slice(at, at + 77)));
  const { cross, gram } = await sums.moments();
  const alone = new MomentSums([4, 2], plainMatMul);
  await alone.add(turned(given));
  const expectedGram = (await alone.moments()).gram[1]!;
  for (const [i, value] of gram[1]!.entries()) assert.ok(Math.abs(value - expectedGram[i]!) < 1e-5);
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 2; j++) {
      const expected = given.reduce((sum, x, at) => sum + x[4 + i]! * exact[at]![4 + j]!, 0) / 300;
      assert.ok(Math.abs(cross![1]![i * 2 + j]! - expected) < 1e-5, `${i} ${j}`);
    }
  }
});

test.run();
