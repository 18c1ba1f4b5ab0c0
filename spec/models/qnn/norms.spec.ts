/** Group normalization as it is drawn for QNN, against its own formula. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { qnnNetwork } from '../../../models/graph/qnn/qnnStage';
import type { IntegerWeights } from '../../../models/quantize/integerWeights';
import { readGraph } from './readGraph';
import { runForm } from './tappedStage';

const [channels, groups, epsilon] = [12, 3, 1e-5];
const numbers = (count: number, from: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(from + 1.7 * i) + 0.1 * i);
const parameters: Readonly<Record<string, Float32Array>> = {
  'norm.weight': numbers(channels, 1),
  'norm.bias': numbers(channels, 2),
};
const weights: IntegerWeights = {
  floats: async (key) => parameters[key]!,
  integers: async (key) => {
    throw new Error(`${key} is no matrix`);
  },
};

const networkOf = (side: number) =>
  qnnNetwork('norm', (net) => {
    const x = net.input('x', 'float32', [1, channels, side, side]);
    net.output('y', net.groupNorm('norm', x, { groups, epsilon }));
  });

/** (x - mean) / √(variance + ε), over the group's channels at all pixels, times the channel's factor, plus its summand. */
function normalized(x: Float32Array, pixels: number): Float32Array {
  const length = (channels / groups) * pixels;
  return x.map((value, i) => {
    const group = x.subarray(Math.floor(i / length) * length, Math.floor(i / length + 1) * length);
    const mean = group.reduce((sum, one) => sum + one, 0) / length;
    const variance = group.reduce((sum, one) => sum + (one - mean) ** 2, 0) / length;
    const channel = Math.floor(i / pixels);
    const normed = (value - mean) / Math.sqrt(variance + epsilon);
    return normed * parameters['norm.weight']![channel]! + parameters['norm.bias']![channel]!;
  });
}

for (const side of [1, 2]) {
  test(`${side} × ${side} pixels are normalized in groups of channels`, async () => {
    const x = { data: numbers(channels * side ** 2, 3), shape: [1, channels, side, side] };
    const { y } = await runForm(networkOf(side).write({}), weights, { x });
    assert.equal(y!.shape, x.shape);
    for (const [i, expected] of normalized(x.data, side ** 2).entries()) {
      assert.ok(Math.abs(y!.data[i]! - expected) < 1e-5, `${i}: ${y!.data[i]}, not ${expected}`);
    }
  });
}

test('a single pixel lies channels last beside factor and summand: as [1, C, 1, 1] QNN was seen to add them wrongly', () => {
  const { constants } = readGraph(networkOf(1).write({}).graph);
  for (const key of Object.keys(parameters)) assert.equal(constants.get(key)?.shape, [1, 1, 1, channels], key);
});

test.run();
