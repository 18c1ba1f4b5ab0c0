/** Weights in few bits: the law of rounding, the layouts, and linear layers computed over them. */
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Layers, Value } from '../../models/graph/layers';
import { GraphBuilder } from '../../models/graph/onnx/graphBuilder';
import { type LoweringOptions, onnxLayers } from '../../models/graph/onnx/onnxLayers';
import { planTensors } from '../../models/pack';
import { keyOf, planParameter } from '../../models/quantize/plan';
import { nibbles } from '../../models/quantize/rounding';
import type { WeightForm } from '../../models/quantize/weightForm';
import { packedFile, quantize } from './packedWeights';
import './runStage';

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

/** One layer's output over `x`, with its weights stored in `form`: optimizer on (weights constant, then not) and off. */
async function outputs(
  x: { shape: readonly number[]; data: Float32Array | Int32Array },
  weights: Readonly<Record<string, { shape: readonly number[]; data: Float32Array }>>,
  body: (net: Layers, x: Value) => Value,
  form: WeightForm,
  options: LoweringOptions = {},
): Promise<Float32Array[]> {
  const parameters = Object.entries(weights).map(([name, { shape }]) => ({ name, shape }));
  const tensors = planTensors(parameters, () => 'F32', form);
  const file = await packedFile(tensors, weights);
  const type = x.data instanceof Int32Array ? 'int32' : 'float32';
  const results: Float32Array[] = [];
  for (const [level, constantBytes] of [
    ['disabled', 1 << 20],
    ['all', 1 << 20],
    ['all', 0],
  ] as const) {
    const graph = new GraphBuilder('unet', tensors, 'weights', constantBytes);
    const net = onnxLayers(graph, options);
    net.output('y', body(net, net.input('x', type, x.shape)));
    const session = await InferenceSession.create(graph.build(), {
      graphOptimizationLevel: level,
      externalData: [{ path: 'weights', data: file }],
    });
    const tensor =
      x.data instanceof Int32Array ? new Tensor('int32', x.data, x.shape) : new Tensor('float32', x.data, x.shape);
    results.push((await session.run({ x: tensor })).y!.data as Float32Array);
    await session.release();
  }
  return results;
}

const LINEAR = {
  'layer.weight': { shape: [24, 64], data: wave(24 * 64) },
  'layer.bias': { shape: [24], data: wave(24, 0.9) },
};

/** x of `rows` rows times scale · q, plus the bias, in double precision. */
function product(x: Float32Array, runs: number, most: number, bias: boolean): Float32Array {
  const { values, scales } = quantize(LINEAR['layer.weight'].data, runs, most);
  const length = (24 * 64) / runs;
  return Float32Array.from({ length: (x.length / 64) * 24 }, (_, i) => {
    const [row, k] = [Math.floor(i / 24), i % 24];
    let sum = bias ? LINEAR['layer.bias'].data[k]! : 0;
    for (let c = 0; c < 64; c++) {
      const at = k * 64 + c;
      sum += x[row * 64 + c]! * values[at]! * scales[Math.floor(at / length)]!;
    }
    return sum;
  });
}

const worst = (got: Float32Array, expected: Float32Array): number => {
  assert.is(got.length, expected.length);
  return got.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
};

for (const [form, runs, most] of [
  ['int8', 24, 127],
  ['int4', 24 * 2, 7],
] as const) {
  test(`a linear layer over ${form} weights is x · scale · q, with a bias and without, optimized or not`, async () => {
    const x = { shape: [2, 5, 64], data: wave(10 * 64, 0.7) };
    for (const bias of [true, false]) {
      const body = (net: Layers, value: Value) => net.linear('layer', value, 24, { bias });
      for (const got of await outputs(x, LINEAR, body, form)) {
        const error = worst(got, product(x.data, runs, most, bias));
        assert.ok(error < 2e-3, `${error} of sums about 100`);
      }
    }
  });
}

test('in integers, a linear layer is off by half a step of its activations at most', async () => {
  const x = { shape: [10, 64], data: wave(10 * 64, 0.7) };
  const body = (net: Layers, value: Value) => net.linear('layer', value, 24);
  const exact = product(x.data, 24, 127, true);
  const step = (Math.max(...x.data) - Math.min(...x.data)) / 255;
  const magnitudes = Array.from({ length: 24 }, (_, k) =>
    LINEAR['layer.weight'].data.subarray(k * 64, (k + 1) * 64).reduce((sum, value) => sum + Math.abs(value), 0),
  );
  const all = await outputs(x, LINEAR, body, 'int8', { integersFrom: 64 });
  for (const got of all) {
    const error = worst(got, exact);
    assert.ok(error > 0 && error <= (step / 2) * 1.02 * Math.max(...magnitudes), `${error}`);
    assert.ok(worst(got, all[0]!) < 1e-3);
  }
});

test('rows of an int8 table are scale · q, of an fp16 table its own numbers', async () => {
  const table = { 'token_embedding.weight': { shape: [7, 16], data: wave(7 * 16) } };
  const x = { shape: [1, 4], data: Int32Array.of(6, 0, 3, 6) };
  const body = (net: Layers, value: Value) => net.embedding('token_embedding', value, { rows: 7, width: 16 });
  const { values, scales } = quantize(table['token_embedding.weight'].data, 7, 127);
  for (const form of ['exact', 'fp16', 'int8'] as const) {
    for (const got of await outputs(x, table, body, form)) {
      const expected = Float32Array.from({ length: 64 }, (_, i) => {
        const row = x.data[Math.floor(i / 16)]!;
        const at = row * 16 + (i % 16);
        return form === 'int8' ? values[at]! * scales[row]! : table['token_embedding.weight'].data[at]!;
      });
      assert.ok(worst(got, expected) < (form === 'fp16' ? 2e-3 : 1e-6), form);
    }
  }
});

test.run();
