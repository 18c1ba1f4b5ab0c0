/** 3×3 convolutions in every form, against their definition in double precision and with the optimizer off. */
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Convolution, Layers, Value } from '../../models/graph/layers';
import { type ConvolutionOptions, cheapestForm, type Form } from '../../models/graph/onnx/convolution';
import { GraphBuilder } from '../../models/graph/onnx/graphBuilder';
import { onnxLayers } from '../../models/graph/onnx/onnxLayers';
import { planTensors } from '../../models/pack';
import type { WeightForm } from '../../models/quantize/weightForm';
import { packedFile, quantize } from './packedWeights';
import './runStage';

interface Picture {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Numbers in ±1 that repeat in no pattern of the shapes. */
function noise(shape: readonly number[], seed: number): Picture {
  let state = seed;
  const data = Float32Array.from({ length: shape.reduce((count, size) => count * size, 1) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return { shape, data };
}

type Body = (net: Layers, x: Value) => Value;

/** Runs `body` over `x` and one layer's weights, stored in `weightForm`, with the optimizer on and off. */
async function run(
  x: Picture,
  weights: Readonly<Record<string, Picture>>,
  body: Body,
  options: ConvolutionOptions = {},
  weightForm: WeightForm = 'exact',
): Promise<{ optimized: Picture; plain: Picture }> {
  const parameters = Object.entries(weights).map(([name, { shape }]) => ({ name, shape }));
  const tensors = planTensors(parameters, () => 'F32', weightForm);
  const file = await packedFile(tensors, weights);
  const model = (constantBytes?: number): Uint8Array => {
    const graph = new GraphBuilder('unet', tensors, 'weights', constantBytes);
    const net = onnxLayers(graph, { pixels: Number.POSITIVE_INFINITY, ...options });
    net.output('y', body(net, net.input('x', 'float32', x.shape)));
    return graph.build();
  };
  const optimized = await outputOf(model(), file, x, 'all');
  // As large models have them: weights that stay as they are stored.
  const stored = await outputOf(model(0), file, x, 'all');
  assert.ok(distance(stored, optimized) < 1e-5, `stored weights against constant: ${distance(stored, optimized)}`);
  return { optimized, plain: await outputOf(model(), file, x, 'disabled') };
}

async function outputOf(model: Uint8Array, file: Uint8Array, x: Picture, level: 'all' | 'disabled'): Promise<Picture> {
  const session = await InferenceSession.create(model, {
    graphOptimizationLevel: level,
    externalData: [{ path: 'weights', data: file }],
  });
  const { y } = await session.run({ x: new Tensor('float32', x.data, x.shape) });
  await session.release();
  return { shape: y!.dims, data: y!.data as Float32Array };
}

/** The definition, in double precision. */
function convolved(x: Picture, weight: Picture, bias: Picture, { stride = 1, padding = 'same' }: Convolution): Picture {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const results = weight.shape[0]!;
  const before = padding === 'same' ? 1 : 0;
  const size = (from: number): number => Math.floor((from + (padding === 'same' ? 2 : 1) - 3) / stride) + 1;
  const shape = [batch, results, size(height), size(width)];
  const at = (b: number, c: number, y: number, column: number): number =>
    y < 0 || y >= height || column < 0 || column >= width
      ? 0
      : x.data[((b * channels + c) * height + y) * width + column]!;
  const data: number[] = [];
  for (let b = 0; b < batch; b++)
    for (let k = 0; k < results; k++)
      for (let y = 0; y < shape[2]!; y++)
        for (let column = 0; column < shape[3]!; column++) {
          let sum = bias.data[k]!;
          for (let c = 0; c < channels; c++)
            for (let tap = 0; tap < 9; tap++) {
              const [down, across] = [Math.floor(tap / 3), tap % 3];
              const seen = at(b, c, y * stride + down - before, column * stride + across - before);
              sum += seen * weight.data[(k * channels + c) * 9 + tap]!;
            }
          data.push(sum);
        }
  return { shape, data: Float32Array.from(data) };
}

/** Largest difference over the root mean square of what is expected. */
function distance(got: Picture, expected: Picture): number {
  assert.equal(got.shape, expected.shape);
  const rms = Math.sqrt(expected.data.reduce((sum, value) => sum + value * value, 0) / expected.data.length);
  return expected.data.reduce((worst, value, i) => Math.max(worst, Math.abs(got.data[i]! - value)), 0) / rms;
}

const layer = (results: number, channels: number) => ({
  'layer.weight': noise([results, channels, 3, 3], 5),
  'layer.bias': noise([results], 6),
});

const FORMS: readonly Form[] = [0, 2, 4];
for (const [height, width] of [
  [8, 8],
  [7, 9],
  [1, 1],
  [2, 13],
  [17, 3],
] as const) {
  for (const form of FORMS) {
    test(`${height} × ${width} pixels in form ${form}, batch 2, whole and in strips: the definition`, async () => {
      const x = noise([2, 5, height, width], 1);
      const weights = layer(6, 5);
      const convolution: Convolution = { channels: 6, kernel: 3 };
      const expected = convolved(x, weights['layer.weight'], weights['layer.bias'], convolution);
      for (const stripBytes of [undefined, 1]) {
        const options = stripBytes === undefined ? { form } : { form, stripBytes };
        const { optimized, plain } = await run(
          x,
          weights,
          (net, value) => net.conv2d('layer', value, convolution),
          options,
        );
        assert.ok(distance(optimized, expected) < 1e-4, `${distance(optimized, expected)}`);
        assert.ok(distance(optimized, plain) < 1e-5, `optimized against not: ${distance(optimized, plain)}`);
      }
    });
  }
}

for (const padding of ['same', 'after'] as const) {
  test(`a stride of 2, padding ${padding}, odd and even sizes, whole and in strips: the definition`, async () => {
    for (const [height, width] of [
      [8, 6],
      [7, 9],
    ] as const) {
      const x = noise([2, 3, height, width], 2);
      const weights = layer(4, 3);
      const convolution: Convolution = { channels: 4, kernel: 3, stride: 2, padding };
      const expected = convolved(x, weights['layer.weight'], weights['layer.bias'], convolution);
      for (const stripBytes of [1 << 20, 1]) {
        const body: Body = (net, value) => net.conv2d('layer', value, convolution);
        const { optimized, plain } = await run(x, weights, body, { stripBytes });
        assert.ok(distance(optimized, expected) < 1e-5);
        assert.ok(distance(optimized, plain) < 1e-5);
      }
    }
  });
}

test('what is normalized, activated, enlarged on the way is the same in strips as whole', async () => {
  const x = noise([2, 8, 5, 7], 3);
  const weights = {
    'norm.weight': noise([8], 8),
    'norm.bias': noise([8], 9),
    ...layer(4, 8),
  };
  const body: Body = (net, value) => {
    const active = net.silu(net.groupNorm('norm', value, { groups: 4, epsilon: 1e-5 }));
    return net.conv2d('layer', net.upsampleTo(active, 9, 14), { channels: 4, kernel: 3 });
  };
  const whole = await run(x, weights, body, { form: 0 });
  for (const form of FORMS) {
    const { optimized, plain } = await run(x, weights, body, { form, stripBytes: 1 });
    assert.ok(distance(optimized, whole.plain) < 1e-4, `form ${form}: ${distance(optimized, whole.plain)}`);
    assert.ok(distance(plain, whole.plain) < 1e-4);
  }
});

test('GroupNorm is its definition, also where the mean is ten deviations from zero', async () => {
  const x = noise([2, 6, 9, 5], 4);
  x.data.forEach((value, i) => {
    x.data[i] = value + 6;
  });
  const weights = { 'norm.weight': noise([6], 8), 'norm.bias': noise([6], 9) };
  const body: Body = (net, value) => net.groupNorm('norm', value, { groups: 3, epsilon: 1e-5 });
  const { optimized, plain } = await run(x, weights, body);
  const expected = x.data.slice();
  for (let group = 0; group < 2 * 3; group++) {
    const values = x.data.subarray(group * 90, (group + 1) * 90);
    const mean = values.reduce((sum, value) => sum + value, 0) / 90;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 90;
    for (let i = 0; i < 90; i++) {
      const channel = (group % 3) * 2 + Math.floor(i / 45);
      const normal = (values[i]! - mean) / Math.sqrt(variance + 1e-5);
      expected[group * 90 + i] = normal * weights['norm.weight'].data[channel]! + weights['norm.bias'].data[channel]!;
    }
  }
  assert.ok(distance(optimized, { shape: x.shape, data: expected }) < 1e-4);
  assert.ok(distance(optimized, plain) < 1e-5);
});

test('int8 kernels compute as scale · q, to float32 rounding, in every form', async () => {
  const x = noise([1, 8, 9, 6], 1);
  const weights = layer(5, 8);
  const { values, scales } = quantize(weights['layer.weight'].data, 5, 127);
  const rounded = Float32Array.from(values, (value, i) => value * scales[Math.floor(i / 72)]!);
  const convolution: Convolution = { channels: 5, kernel: 3 };
  const weight = { shape: [5, 8, 3, 3], data: rounded };
  const expected = convolved(x, weight, weights['layer.bias'], convolution);
  const body: Body = (net, value) => net.conv2d('layer', value, convolution);
  for (const form of FORMS) {
    const { optimized, plain } = await run(x, weights, body, { form }, 'int8');
    assert.ok(distance(optimized, expected) < 1e-4, `form ${form}: ${distance(optimized, expected)}`);
    assert.ok(distance(optimized, plain) < 1e-5);
  }
});

test('in parts of the output channels, in one strip and several, the result is the same to the bit', async () => {
  const x = noise([2, 5, 9, 6], 1);
  const weights = layer(40, 5);
  const body: Body = (net, value) => net.conv2d('layer', value, { channels: 40, kernel: 3 });
  for (const weightForm of ['exact', 'int8'] as const)
    for (const form of FORMS)
      for (const stripBytes of [1 << 20, 1]) {
        const whole = await run(x, weights, body, { form, stripBytes }, weightForm);
        // Parts of 16, 16 and 8 channels.
        const parts = await run(x, weights, body, { form, stripBytes, partBytes: 1 }, weightForm);
        assert.equal(parts.plain, whole.plain, `form ${form}, ${weightForm}`);
        assert.ok(distance(parts.optimized, whole.plain) < 1e-5);
      }
});

test('no more than a part of the weights is widened at a time', () => {
  const tensors = planTensors(
    [
      { name: 'l.weight', shape: [1280, 1280, 3, 3] },
      { name: 'l.bias', shape: [1280] },
    ],
    () => 'F16',
    'int8',
  );
  const values = (partBytes: number): number => {
    const graph = new GraphBuilder('unet', tensors, 'weights', 0);
    const net = onnxLayers(graph, { partBytes });
    net.output('y', net.conv2d('l', net.input('x', 'float32', [1, 1280, 16, 16]), { channels: 1280, kernel: 3 }));
    return graph.need().values.lean;
  };
  // F(4×4) of 1280 × 1280 channels: 36 places, 4 bytes; beside them the taps they come from.
  const transformed = 36 * 4 * 1280 * 1280;
  assert.ok(values(1e12) >= transformed);
  for (const parts of [2, 4, 10]) {
    const [got, expected] = [values(transformed / parts), transformed / parts];
    assert.ok(got >= expected && got < 1.6 * expected + 30e6, `${got} for ${expected}`);
  }
});

test('in integers, activations are off by half a step of 255 at most', async () => {
  const x = noise([1, 8, 9, 6], 1);
  const weights = layer(5, 8);
  const body: Body = (net, value) => net.conv2d('layer', value, { channels: 5, kernel: 3 });
  const float = await run(x, weights, body, {}, 'int8');
  // Less than 0.45 MB in strips of one row each would have scales of their own; here is one strip.
  const integers = await run(x, weights, body, { integersFrom: 1 }, 'int8');
  const largest = Math.max(
    ...Array.from({ length: 5 }, (_, k) =>
      weights['layer.weight'].data.subarray(k * 72, (k + 1) * 72).reduce((sum, value) => sum + Math.abs(value), 0),
    ),
  );
  const worst = float.plain.data.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - integers.plain.data[i]!)),
    0,
  );
  assert.ok(worst > 0 && worst <= ((2 / 255 / 2) * 1.01 + 1e-4) * largest, `${worst} of ${largest}`);
  assert.ok(distance(integers.optimized, integers.plain) < 1e-5);
});

test('many pixels are convolved by large tiles, fewer by small ones, few and strided ones by definition', () => {
  const forms = (sizes: readonly number[], channels: number): Form[] =>
    sizes.map((side) => cheapestForm({ channels, kernel: 3 }, side * side, channels));
  assert.equal(forms([64, 16, 8, 4], 1280), [4, 4, 2, 0]);
  assert.equal(forms([512], 128), [4]);
  // Large tiles of 2560 × 1280 channels would take 472 MB of weights.
  assert.is(cheapestForm({ channels: 1280, kernel: 3 }, 64 * 64, 2560), 2);
  assert.is(cheapestForm({ channels: 3, kernel: 3 }, 512 * 512, 128), 0);
  assert.is(cheapestForm({ channels: 1280, kernel: 3, stride: 2 }, 64 * 64, 1280), 0);
});

test.run();
