/** Single operations of the ONNX graphs against their definitions, computed here in plain arithmetic. */
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Layers, Value } from '../../models/graph/layers';
import { attention } from '../../models/graph/onnx/attention';
import { GraphBuilder } from '../../models/graph/onnx/graphBuilder';
import { onnxLayers } from '../../models/graph/onnx/onnxLayers';
import { frequencies } from '../../models/graph/onnx/timestepEmbedding';
import './runStage';

type Input = readonly [shape: readonly number[], data: Float32Array];

/** Runs a graph of operations without weights. */
async function run(inputs: readonly Input[], body: (net: Layers, graph: GraphBuilder, values: Value[]) => Value) {
  const graph = new GraphBuilder('unet', [], 'weights');
  const net = onnxLayers(graph);
  const values = inputs.map(([shape], i) => net.input(`x${i}`, 'float32', shape));
  net.output('y', body(net, graph, values));
  const session = await InferenceSession.create(graph.build());
  const feeds = inputs.map(([shape, data], i) => [`x${i}`, new Tensor('float32', data, shape)]);
  const { y } = await session.run(Object.fromEntries(feeds));
  await session.release();
  return { shape: y!.dims, data: y!.data as Float32Array };
}

/** Numbers that repeat in no pattern of the shapes. */
const wave = (shape: readonly number[]): Input => {
  const count = shape.reduce((product, size) => product * size, 1);
  return [shape, Float32Array.from({ length: count }, (_, i) => 3 * Math.sin(i * 1.7 + (i % 11)))];
};

function close(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 2e-6): void {
  assert.is(got.length, expected.length);
  for (let i = 0; i < got.length; i++) {
    assert.ok(Math.abs(got[i]! - expected[i]!) <= tolerance, `[${i}]: ${got[i]} against ${expected[i]}`);
  }
}

// Down with padding 1 leaves ceil(n / 2), with padding 0 floor(n / 2): both are met on the way back up.
for (const [from, to] of [
  [4, 8],
  [5, 9],
  [4, 9],
  [1, 3],
  [7, 13],
  [6, 13],
] as const) {
  test(`${from} rows enlarge to ${to} as torch's nearest: row floor(y · ${from} / ${to})`, async () => {
    const [shape, data] = wave([2, 3, from, 5]);
    const { shape: got, data: picture } = await run([[shape, data]], (net, _, [x]) => net.upsampleTo(x!, to, 10));
    assert.equal(got, [2, 3, to, 10]);
    const expected = Array.from({ length: 6 * to * 10 }, (_, i) => {
      const row = Math.floor(((Math.floor(i / 10) % to) * from) / to);
      return data[(Math.floor(i / (10 * to)) * from + row) * 5 + Math.floor((i % 10) / 2)]!;
    });
    close(picture, expected, 0);
  });
}

/** softmax(q kᵀ / sqrt(width)) v for one head of one batch, tokens `[T, C]`. */
function plainAttention(q: Input, k: Input, v: Input, heads: number, causal: boolean): Float32Array {
  const [batch, tokens, channels] = q[0] as [number, number, number];
  const keys = k[0][1]!;
  const width = channels / heads;
  const out = new Float32Array(batch * tokens * channels);
  for (let b = 0; b < batch; b++)
    for (let h = 0; h < heads; h++)
      for (let t = 0; t < tokens; t++) {
        const at = (input: Input, row: number, c: number) =>
          input[1][(b * input[0][1]! + row) * channels + h * width + c]!;
        const seen = causal ? t + 1 : keys;
        const scores = Array.from({ length: seen }, (_, s) => {
          let sum = 0;
          for (let c = 0; c < width; c++) sum += at(q, t, c) * at(k, s, c);
          return Math.exp(sum / Math.sqrt(width));
        });
        const total = scores.reduce((sum, score) => sum + score, 0);
        for (let c = 0; c < width; c++) {
          const value = scores.reduce((sum, score, s) => sum + score * at(v, s, c), 0);
          out[(b * tokens + t) * channels + h * width + c] = value / total;
        }
      }
  return out;
}

const Q = wave([2, 13, 6]);
const [K, V] = [wave([2, 13, 6]), wave([2, 13, 6])];

test('attention is its definition, over more keys than queries and fewer', async () => {
  for (const keys of [5, 21]) {
    const [k, v] = [wave([2, keys, 6]), wave([2, keys, 6])];
    const { data } = await run([Q, k, v], (net, _, [q, key, value]) => net.attention(q!, key!, value!, { heads: 3 }));
    close(data, plainAttention(Q, k, v, 3, false), 1e-5);
  }
});

test('causal attention looks at no later token', async () => {
  const { data } = await run([Q, K, V], (net, _, [q, k, v]) => net.attention(q!, k!, v!, { heads: 2, causal: true }));
  close(data, plainAttention(Q, K, V, 2, true), 1e-5);
});

test('attention in chunks of queries, evenly cut or not, is attention', async () => {
  const whole = plainAttention(Q, K, V, 3, false);
  const bytesPerQuery = 2 * 3 * 13 * 4;
  for (const queries of [13, 12, 5, 1, 0]) {
    let nodes = 0;
    const { data } = await run([Q, K, V], (_net, graph, [q, k, v]) => {
      const node = graph.node.bind(graph);
      graph.node = (op, ...rest) => {
        if (op === 'Softmax') nodes += 1;
        return node(op, ...rest);
      };
      return attention(graph, q!, k!, v!, { heads: 3 }, queries * bytesPerQuery);
    });
    assert.is(nodes, Math.ceil(13 / Math.max(1, queries)), `${queries} queries at a time`);
    close(data, whole, 1e-5);
  }
});

test('the activations are their definitions', async () => {
  const x = wave([1, 2, 8]);
  const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));
  const silu = await run([x], (net, _, [value]) => net.silu(value!));
  close(
    silu.data,
    x[1].map((value) => value * sigmoid(value)),
  );
  const quick = await run([x], (net, _, [value]) => net.quickGelu(value!));
  close(
    quick.data,
    x[1].map((value) => value * sigmoid(1.702 * value)),
  );
  // Φ(1) = 0.8413447, Φ(-2) = 0.0227501 (tables of the normal distribution); tanh's approximation is 2e-4 off at -2.
  const gelu = await run([[[2], Float32Array.of(1, -2)]], (net, _, [value]) => net.gelu(value!));
  close(gelu.data, [0.8413447, -0.0455003], 1e-6);
  const relu = await run([x], (net, _, [value]) => net.relu(value!));
  close(
    relu.data,
    x[1].map((value) => Math.max(value, 0)),
    0,
  );
  const tanh = await run([x], (net, _, [value]) => net.tanh(value!));
  close(tanh.data, x[1].map(Math.tanh));
  const moved = await run([x], (net, _, [value]) => net.scale(value!, 2, -1));
  close(
    moved.data,
    x[1].map((value) => 2 * value - 1),
  );
  const gate = await run([[[1, 4], Float32Array.of(3, 5, 1, -2)]], (net, _, [value]) => net.geglu(value!));
  close(gate.data, [3 * 0.8413447, 5 * -0.0455003], 2e-6);
});

test('tokens and pictures are each other’s inverse', async () => {
  const x = wave([2, 3, 4, 5]);
  const { shape, data } = await run([x], (net, _, [value]) => net.toPicture(net.toTokens(value!), 4, 5));
  assert.equal(shape, [2, 3, 4, 5]);
  close(data, x[1], 0);
  const tokens = await run([x], (net, _, [value]) => net.toTokens(value!));
  assert.equal(tokens.shape, [2, 20, 3]);
  assert.is(tokens.data[(1 * 20 + 7) * 3 + 2], x[1][(1 * 3 + 2) * 20 + 7]);
});

test('the timestep embedding is sines and cosines of falling frequencies, for fractions and odd widths too', async () => {
  const time: Input = [[1], Float32Array.of(500.25)];
  for (const [width, flipSinToCos, freqShift] of [
    [8, true, 0],
    [8, false, 1],
    [7, true, 0],
  ] as const) {
    const { data } = await run([time], (net, _, [t]) => net.timestepEmbedding(t!, { width, flipSinToCos, freqShift }));
    const half = Math.floor(width / 2);
    const angles = Array.from(
      { length: half },
      (_, i) => 500.25 * Math.exp((-Math.log(10_000) * i) / (half - freqShift)),
    );
    const [sines, cosines] = [angles.map(Math.sin), angles.map(Math.cos)];
    // An angle of 500 in float32 is 3e-5 coarse.
    close(data, [...(flipSinToCos ? [...cosines, ...sines] : [...sines, ...cosines]), ...(width % 2 ? [0] : [])], 4e-5);
  }
  assert.is(frequencies({ width: 320, flipSinToCos: true, freqShift: 0 }).length, 160);
});

test.run();
