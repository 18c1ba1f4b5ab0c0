/** Attention as it is drawn for QNN: over all heads at once, and head by head. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HeadsForm } from '../../../models/graph/qnn/attention';
import { qnnNetwork } from '../../../models/graph/qnn/qnnStage';
import { encodingsFor } from '../../../models/quantize/encodings';
import type { IntegerWeights } from '../../../models/quantize/integerWeights';
import { uniform } from '../randomModel';
import { readGraph } from './readGraph';
import { type Feeds, measured, runForm } from './tappedStage';

const [tokens, channels, heads] = [9, 12, 3];
const LAYERS = ['to_q', 'to_k', 'to_v'];

/** What is read, by its name. */
let reads: string[] = [];
const weights: IntegerWeights = {
  async floats(key) {
    reads.push(key);
    return uniform(key, key.endsWith('bias') ? channels : channels ** 2, 2, 0);
  },
  async integers(key) {
    reads.push(key);
    const values = Int8Array.from(uniform(key, channels ** 2, 254, 0));
    return { values, scales: new Float32Array(channels).fill(1 / 127), most: 127 };
  },
};
const feeds: Feeds = { x: { shape: [1, tokens, channels], data: uniform('x', tokens * channels, 2, 0) } };

const networkOf = (form: HeadsForm, count = heads) =>
  qnnNetwork(
    'attention',
    (net) => {
      const x = net.input('x', 'float32', [1, tokens, channels]);
      const [q, k, v] = LAYERS.map((layer) => net.linear(`attn.${layer}`, x, channels));
      net.output('y', net.attention(q!, k!, v!, { heads: count, causal: true }));
    },
    { heads: form },
  );

/** y = softmax(q kᵀ / √(C / heads), of what is not later) v, head by head, in float64. */
async function defined(count: number): Promise<number[]> {
  const width = channels / count;
  const { data: x } = feeds.x!;
  const projected = async (layer: string): Promise<(token: number, channel: number) => number> => {
    const weight = await weights.floats(`attn.${layer}.weight`);
    const bias = await weights.floats(`attn.${layer}.bias`);
    return (token, channel) =>
      bias[channel]! + sum(channels, (i) => weight[channel * channels + i]! * x[token * channels + i]!);
  };
  const [q, k, v] = [await projected('to_q'), await projected('to_k'), await projected('to_v')];
  return Array.from({ length: tokens * channels }, (_, at) => {
    const [token, channel] = [Math.floor(at / channels), at % channels];
    const first = channel - (channel % width);
    const weighed = Array.from({ length: token + 1 }, (_, other) =>
      Math.exp(sum(width, (i) => q(token, first + i) * k(other, first + i)) / Math.sqrt(width)),
    );
    return sum(token + 1, (other) => weighed[other]! * v(other, channel)) / sum(token + 1, (other) => weighed[other]!);
  });
}

const sum = (count: number, term: (i: number) => number): number =>
  Array.from({ length: count }, (_, i) => term(i)).reduce((a, b) => a + b, 0);

for (const form of ['split', 'batched'] as const) {
  for (const count of [1, heads]) {
    test(`${form}, heads: ${count}: what is seen is what attention is defined as`, async () => {
      const { y } = await runForm(networkOf(form, count).write({}), weights, feeds);
      assert.equal(y!.shape, [1, tokens, channels]);
      for (const [i, expected] of (await defined(count)).entries())
        assert.ok(Math.abs(y!.data[i]! - expected) < 1e-5, `${i}: ${y!.data[i]}, not ${expected}`);
    });
  }
}

test('split, each head has two products of its own, and nothing has more axes than tokens have', () => {
  const { nodes, constants } = readGraph(networkOf('split').write({}).graph);
  assert.is(nodes.filter(({ op }) => op === 'MatMul').length, 2 * heads);
  assert.is(nodes.filter(({ op }) => op === 'Softmax').length, heads);
  const rows = [...constants].filter(([name]) => name.includes('.weight')).map(([, { shape }]) => shape[0]);
  assert.equal(rows, new Array(LAYERS.length * heads).fill(channels / heads));
});

test('the ranges of heads, together, are those of all heads at once, and each head’s is its own', async () => {
  const split = await measured(networkOf('split'), weights, feeds);
  const batched = await measured(networkOf('batched'), weights, feeds);
  const pairs: readonly [string, (head: number) => string][] = [
    ['attn.to_q/scaled', (head) => `attn.to_q/head${head}`],
    ['attn.to_k/out', (head) => `attn.to_k/head${head}`],
    ['attn.to_v/out', (head) => `attn.to_v/head${head}`],
    ['attn/scores', (head) => `attn/head${head}.scores`],
    ['y', (head) => `attn/head${head}.seen`],
  ];
  for (const [whole, one] of pairs) {
    const own = Array.from({ length: heads }, (_, head) => split.get(one(head))!);
    const { min, max } = batched.get(whole === 'y' ? 'attn/seen' : whole)!;
    assert.ok(Math.abs(Math.min(...own.map((range) => range.min)) - min) < 1e-5, `${whole}: ${min}`);
    assert.ok(Math.abs(Math.max(...own.map((range) => range.max)) - max) < 1e-5, `${whole}: ${max}`);
    assert.is(new Set(own.map((range) => range.max)).size, heads, whole);
  }
});

test('each weight and bias is read once, though every head has some of its rows', async () => {
  const network = networkOf('split');
  const ranges = new Map([...network.taps.keys()].map((tap) => [tap, { min: -1, max: 2 }]));
  const activations = { bits: 16, encodings: encodingsFor(ranges, 16) } as const;
  const written = network.write({ weightBits: () => 8, activations });
  reads = [];
  for await (const _ of written.weights(weights));
  const keys = LAYERS.flatMap((layer) => [`attn.${layer}.bias`, `attn.${layer}.weight`]);
  assert.equal([...reads].sort(), keys.sort());
});

test.run();
