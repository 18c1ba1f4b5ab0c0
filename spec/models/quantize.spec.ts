/** Weights in few bits: the law of rounding, and what is rounded. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { keyOf, planParameter } from '../../models/quantize/plan';
import { nibbles } from '../../models/quantize/rounding';
import { quantize } from './packedWeights';

const wave = (count: number, of = 1.7): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => 3 * Math.sin(i * of + (i % 11)));

test('quantized weights are within half a step of the weights, the largest is met, zeros stay zeros', () => {
  const weights = wave(6 * 40);
  weights.fill(0, 80, 120);
  for (const most of [127, 7]) {
    const { values, scales } = quantize(weights, 6, most);
    for (const [i, weight] of weights.entries()) {
      const scale = scales[Math.floor(i / 40)]!;
      assert.ok(Math.abs(weight - scale * values[i]!) <= (scale / 2) * (1 + 1e-6), `weight ${i}`);
      assert.ok(Math.abs(values[i]!) <= most);
    }
    assert.ok(values.subarray(80, 120).every((value) => value === 0));
    assert.ok(values.subarray(0, 40).some((value) => Math.abs(value) === most));
  }
});

test('two four-bit numbers share a byte, the earlier one low, eight stands for zero', () => {
  const bytes = Uint8Array.of(1, 2, 3, 4);
  nibbles(Int8Array.of(-8, 7, 0, 1), bytes, 1);
  assert.equal([...bytes], [1, 0xf0, 0x98, 4]);
});

test('weights too small for a scale of full precision become zeros', () => {
  const { values, scales } = quantize(Float32Array.of(1e-40, -1e-37, 0, 1, 2e-38, 1), 3, 127);
  assert.equal([...scales], [1, Math.fround(1 / 127), Math.fround(1 / 127)]);
  assert.equal([...values], [0, 0, 0, 127, 0, 127]);
});

test('the first and last layers, biases and norms stay wide; a packed name leads back to its key', () => {
  for (const [name, shape] of [
    ['conv_in.weight', [320, 4, 3, 3]],
    ['conv_out.weight', [4, 320, 3, 3]],
    ['embeddings.position_embedding.weight', [77, 768]],
    ['down_blocks.0.resnets.0.norm1.weight', [320]],
    ['down_blocks.0.resnets.0.conv1.bias', [320]],
  ] as const) {
    const planned = planParameter({ name, shape }, 'F16', 'int8');
    assert.equal(
      planned.map(({ dtype }) => dtype),
      ['F16'],
      name,
    );
    assert.is(keyOf(planned[0]!.name).key, name);
  }
});

test.run();
