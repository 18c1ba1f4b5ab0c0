/**
 * The operations of the networks as ONNX nodes, in forms that ORT Web computes fast and without miscompiling
 * (float32, default operators only): linear layers as Gemm over the checkpoint's own `[out, in]` layout, GroupNorm as
 * InstanceNormalization over the groups, silu as x · Sigmoid(x).
 */
import { type Layers, pictureShape, type Value } from '../layers';
import { convolved, withLast } from '../shapes';
import { attention } from './attention';
import type { GraphBuilder } from './graphBuilder';
import { timestepEmbedding } from './timestepEmbedding';
import { upsampleTo } from './upsample';

export function onnxLayers(graph: GraphBuilder): Layers {
  const reshape = (x: Value, shape: readonly number[]): Value =>
    graph.node('Reshape', 'reshape', [x, graph.integers(shape)], shape);
  const vector = (name: string, length: number): string => graph.weight(name, [length]);
  const gated = (scope: string, x: Value, gate: Value): Value => graph.node('Mul', scope, [x, gate], x.shape);
  const sigmoid = (x: Value): Value => graph.node('Sigmoid', 'silu', [x], x.shape);
  const gelu = (x: Value): Value => graph.node('Gelu', 'gelu', [x], x.shape);

  return {
    input(name, type, shape) {
      graph.inputs.push({ name, type, shape });
      return { name, shape };
    },
    output(name, value) {
      graph.output(name, value);
    },
    embedding(scope, ids, { rows, width }) {
      return graph.node('Gather', scope, [graph.weight(`${scope}.weight`, [rows, width]), ids], [...ids.shape, width]);
    },
    addPositions(scope, tokens) {
      return graph.node('Add', scope, [tokens, graph.weight(`${scope}.weight`, tokens.shape.slice(1))], tokens.shape);
    },
    timestepEmbedding: (timestep, options) => timestepEmbedding(graph, timestep, options),

    conv2d(scope, x, convolution) {
      const [batch, inChannels, height, width] = pictureShape(x);
      const { channels, kernel, stride = 1, padding = 'same' } = convolution;
      const weight = graph.weight(`${scope}.weight`, [channels, inChannels, kernel, kernel]);
      const side = Math.floor(kernel / 2);
      return graph.node(
        'Conv',
        scope,
        [x, weight, vector(`${scope}.bias`, channels)],
        [batch, channels, convolved(height, convolution), convolved(width, convolution)],
        {
          kernel_shape: [kernel, kernel],
          strides: [stride, stride],
          pads: padding === 'same' ? [side, side, side, side] : [0, 0, 1, 1],
        },
      );
    },
    linear(scope, x, channels, { bias } = { bias: true }) {
      const inChannels = x.shape.at(-1)!;
      const rows = x.shape.slice(0, -1).reduce((product, size) => product * size, 1);
      const flat = x.shape.length === 2 ? x : reshape(x, [rows, inChannels]);
      const weights = [graph.weight(`${scope}.weight`, [channels, inChannels])];
      if (bias) weights.push(vector(`${scope}.bias`, channels));
      const product = graph.node('Gemm', scope, [flat, ...weights], [rows, channels], { transB: 1 });
      return x.shape.length === 2 ? product : reshape(product, withLast(x.shape, channels));
    },
    groupNorm(scope, x, { groups, epsilon }) {
      const [batch, channels, height, width] = pictureShape(x);
      const byGroup = reshape(x, [batch, groups, (channels / groups) * height * width]);
      const ones = graph.floats(`ones[${groups}]`, new Float32Array(groups).fill(1), [groups]);
      const zeros = graph.floats(`zeros[${groups}]`, new Float32Array(groups), [groups]);
      const normal = graph.node('InstanceNormalization', scope, [byGroup, ones, zeros], byGroup.shape, {
        epsilon: { float: epsilon },
      });
      const weight = graph.weight(`${scope}.weight`, [channels, 1, 1]);
      const scaled = graph.node('Mul', scope, [reshape(normal, x.shape), weight], x.shape);
      return graph.node('Add', scope, [scaled, graph.weight(`${scope}.bias`, [channels, 1, 1])], x.shape);
    },
    layerNorm(scope, x, { epsilon }) {
      const channels = x.shape.at(-1)!;
      const weights = [vector(`${scope}.weight`, channels), vector(`${scope}.bias`, channels)];
      return graph.node('LayerNormalization', scope, [x, ...weights], x.shape, {
        axis: -1,
        epsilon: { float: epsilon },
      });
    },

    silu: (x) => gated('silu', x, sigmoid(x)),
    quickGelu: (x) =>
      gated(
        'quick_gelu',
        x,
        sigmoid(graph.node('Mul', 'quick_gelu', [x, graph.floats('1.702', [1.702], [])], x.shape)),
      ),
    gelu,
    geglu(x) {
      const half = withLast(x.shape, x.shape.at(-1)! / 2);
      // Sizes as an input: ORT Web's WebGPU kernel does not know `num_outputs` and would split off nothing.
      const sizes = graph.integers([half.at(-1)!, half.at(-1)!]);
      const [hidden, gate] = graph.nodeWithOutputs('Split', 'geglu', [x, sizes], [half, half], { axis: -1 });
      return gated('geglu', hidden!, gelu(gate!));
    },
    attention: (q, k, v, options) => attention(graph, q, k, v, options),

    add: (a, b) => graph.node('Add', 'add', [a, b], a.shape),
    addToChannels: (x, perChannel) =>
      graph.node('Add', 'add', [x, reshape(perChannel, [...perChannel.shape, 1, 1])], x.shape),
    scale: (x, factor) => graph.node('Mul', 'scale', [x, graph.floats(`${factor}`, [factor], [])], x.shape),
    concatChannels: (a, b) =>
      graph.node('Concat', 'concat', [a, b], [a.shape[0]!, a.shape[1]! + b.shape[1]!, ...a.shape.slice(2)], {
        axis: 1,
      }),
    upsampleTo: (x, height, width) => upsampleTo(graph, x, height, width),
    toTokens(x) {
      const [batch, channels, height, width] = pictureShape(x);
      const rows = reshape(x, [batch, channels, height * width]);
      return graph.node('Transpose', 'tokens', [rows], [batch, height * width, channels], { perm: [0, 2, 1] });
    },
    toPicture(tokens, height, width) {
      const [batch, length, channels] = tokens.shape as [number, number, number];
      const rows = graph.node('Transpose', 'picture', [tokens], [batch, channels, length], { perm: [0, 2, 1] });
      return reshape(rows, [batch, channels, height, width]);
    },
  };
}
