/**
 * The graph that `torch.onnx.export` writes of diffusers' networks, as a baseline for speed: pictures channels first,
 * `Conv`, GroupNorm as Reshape, InstanceNormalization, Reshape, Mul, Add; attention as baddbmm (MatMul, Mul by the scale,
 * Add of zeros, Softmax, MatMul over `[B · heads, T, C]`), linear layers as MatMul and Add, GELU with `Erf`, and each
 * block's Div by an output scale of 1. The order of operations was read off a real export (torch 2.11.0, diffusers
 * 0.42.1, `AttnProcessor`, opset 17). int8 weights go through `DequantizeLinear`, as a quantizer of ONNX files leaves them.
 */
import type { Layers, Value } from '../../models/graph/layers';
import { pictureShape } from '../../models/graph/layers';
import type { GraphBuilder } from '../../models/graph/onnx/graphBuilder';
import { timestepEmbedding } from '../../models/graph/onnx/timestepEmbedding';
import type { Parameter } from '../../models/graph/parameters';
import { convolved, withLast } from '../../models/graph/shapes';
import { ALIGNMENT_BYTES } from '../../models/manifest';
import type { PackedTensor } from '../../models/stage';

/** Matrices and kernels as int8 with scales, or all as float32. */
/** Nothing of it is measured. */
const without = (what: string) => (): never => {
  throw new TypeError(`torch exports no ${what} here`);
};

export function torchPlan(parameters: readonly Parameter[], int8: boolean): PackedTensor[] {
  let end = 0;
  const tensors: PackedTensor[] = [];
  const add = (name: string, dtype: 'F32' | 'I8', shape: readonly number[]): void => {
    const offset = Math.ceil(end / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    const bytes = shape.reduce((count, size) => count * size, dtype === 'F32' ? 4 : 1);
    tensors.push({ name, dtype, shape, offset, bytes });
    end = offset + bytes;
  };
  for (const { name, shape } of parameters) {
    const quantized = int8 && shape.length > 1 && !name.includes('embedding.weight');
    if (quantized) add(`${name}/scales`, 'F32', [shape[0]!]);
    add(name, quantized ? 'I8' : 'F32', shape);
  }
  return tensors;
}

export function torchForm(graph: GraphBuilder): Layers {
  const op = (
    name: string,
    scope: string,
    inputs: readonly (Value | string)[],
    shape: readonly number[],
    attributes = {},
  ): Value => graph.node(name, scope, inputs, shape, attributes);
  const reshape = (x: Value, shape: readonly number[]): Value =>
    op('Reshape', 'reshape', [x, graph.integers(shape)], shape);
  const number = (value: number): string => graph.floats(`${value}`, [value], []);
  const transposed = (x: Value, perm: readonly number[]): Value =>
    op(
      'Transpose',
      'transpose',
      [x],
      perm.map((axis) => x.shape[axis]!),
      { perm },
    );
  /** `outputs` is the axis of the output channels. */
  const weight = (key: string, dims: readonly number[], outputs: number): Value | string => {
    const scales = `${key}/scales`;
    if (!graph.has(scales)) return graph.stored(key, dims);
    return op('DequantizeLinear', key, [graph.stored(key, dims), graph.stored(scales, [dims[outputs]!])], dims, {
      axis: outputs,
    });
  };
  const gelu = (x: Value): Value => {
    const inner = op('Erf', 'gelu', [op('Div', 'gelu', [x, number(Math.SQRT2)], x.shape)], x.shape);
    const gate = op('Mul', 'gelu', [x, op('Add', 'gelu', [inner, number(1)], x.shape)], x.shape);
    return op('Mul', 'gelu', [gate, number(0.5)], x.shape);
  };
  const silu = (x: Value): Value => op('Mul', 'silu', [x, op('Sigmoid', 'silu', [x], x.shape)], x.shape);
  const unscaled = (x: Value): Value => op('Div', 'output_scale', [x, number(1)], x.shape);

  return {
    input(name, type, shape) {
      graph.inputs.push({ name, type, shape });
      return { name, shape };
    },
    output: (name, value) => graph.output(name, value),
    embedding: (scope, ids, { rows, width }) =>
      op('Gather', scope, [graph.weight(`${scope}.weight`, [rows, width]), ids], [...ids.shape, width]),
    addPositions: (scope, tokens) =>
      op('Add', scope, [tokens, graph.weight(`${scope}.weight`, tokens.shape.slice(1))], tokens.shape),
    timestepEmbedding: (timestep, options) => timestepEmbedding(graph, timestep, options),
    conv2d(scope, x, convolution) {
      const [batch, inChannels, height, width] = pictureShape(x);
      const { channels, kernel, stride = 1, padding = 'same', bias = true } = convolution;
      const side = Math.floor(kernel / 2);
      const kernels = weight(`${scope}.weight`, [channels, inChannels, kernel, kernel], 0);
      const shape = [batch, channels, convolved(height, convolution), convolved(width, convolution)];
      return op('Conv', scope, [x, kernels, ...(bias ? [graph.weight(`${scope}.bias`, [channels])] : [])], shape, {
        kernel_shape: [kernel, kernel],
        strides: [stride, stride],
        pads: padding === 'same' ? [side, side, side, side] : [0, 0, 1, 1],
      });
    },
    linear(scope, x, channels, { bias } = { bias: true }) {
      const matrix = weight(`${scope}.weight`, [x.shape.at(-1)!, channels], 1);
      const product = op('MatMul', scope, [x, matrix], withLast(x.shape, channels));
      return bias ? op('Add', scope, [product, graph.weight(`${scope}.bias`, [channels])], product.shape) : product;
    },
    groupNorm(scope, x, { groups, epsilon }) {
      const [batch, channels, height, width] = pictureShape(x);
      const byGroup = reshape(x, [batch, groups, (channels / groups) * height * width]);
      const ones = graph.floats(`ones[${groups}]`, new Float32Array(groups).fill(1), [groups]);
      const zeros = graph.floats(`zeros[${groups}]`, new Float32Array(groups), [groups]);
      const options = { epsilon: { float: epsilon } };
      const normal = op('InstanceNormalization', scope, [byGroup, ones, zeros], byGroup.shape, options);
      const scaled = op(
        'Mul',
        scope,
        [reshape(normal, x.shape), graph.weight(`${scope}.weight`, [channels, 1, 1])],
        x.shape,
      );
      return op('Add', scope, [scaled, graph.weight(`${scope}.bias`, [channels, 1, 1])], x.shape);
    },
    layerNorm(scope, x, { epsilon }) {
      const channels = x.shape.at(-1)!;
      const weights = ['weight', 'bias'].map((part) => graph.weight(`${scope}.${part}`, [channels]));
      return op('LayerNormalization', scope, [x, ...weights], x.shape, { axis: -1, epsilon: { float: epsilon } });
    },
    relu: (x) => op('Relu', 'relu', [x], x.shape),
    tanh: (x) => op('Tanh', 'tanh', [x], x.shape),
    silu,
    quickGelu(x) {
      const gate = op('Sigmoid', 'quick_gelu', [op('Mul', 'quick_gelu', [x, number(1.702)], x.shape)], x.shape);
      return op('Mul', 'quick_gelu', [x, gate], x.shape);
    },
    gelu,
    geglu(x) {
      const half = withLast(x.shape, x.shape.at(-1)! / 2);
      const sizes = graph.integers([half.at(-1)!, half.at(-1)!]);
      const [hidden, gate] = graph.nodeWithOutputs('Split', 'geglu', [x, sizes], [half, half], { axis: -1 });
      return op('Mul', 'geglu', [hidden!, gelu(gate!)], half);
    },
    attention(q, k, v, { heads }) {
      const [batch, tokens, channels] = q.shape as [number, number, number];
      const width = channels / heads;
      const split = (x: Value): Value => {
        const length = x.shape[1]!;
        const parts = transposed(reshape(x, [batch, length, heads, width]), [0, 2, 1, 3]);
        return reshape(parts, [batch * heads, length, width]);
      };
      const [queries, keys, values] = [split(q), split(k), split(v)];
      const shape = [batch * heads, tokens, k.shape[1]!];
      const product = op('MatMul', 'attention', [queries, transposed(keys, [0, 2, 1])], shape);
      const scaled = op('Mul', 'attention', [product, number(1 / Math.sqrt(width))], shape);
      const scores = op('Add', 'attention', [scaled, number(0)], shape);
      const weights = op('Softmax', 'attention', [scores], shape, { axis: -1 });
      const seen = op('MatMul', 'attention', [weights, values], queries.shape);
      return reshape(transposed(reshape(seen, [batch, heads, tokens, width]), [0, 2, 1, 3]), q.shape);
    },
    add: (a, b) => unscaled(op('Add', 'add', [a, b], a.shape)),
    addToChannels: (x, perChannel) => op('Add', 'add', [x, reshape(perChannel, [...perChannel.shape, 1, 1])], x.shape),
    halved: without('T2I-adapter'),
    matchTokens: without('merged tokens'),
    mergeTokens: without('merged tokens'),
    unmergeTokens: without('merged tokens'),
    splitTokens: without('IP-Adapter'),
    concatTokens: without('IP-Adapter'),
    scaleTokens: without('IP-Adapter'),
    scaleFirst: without('FreeU'),
    scaleLowest: without('FreeU'),
    scale(x, factor, summand = 0) {
      const scaled = op('Mul', 'scale', [x, number(factor)], x.shape);
      return summand === 0 ? scaled : op('Add', 'scale', [scaled, number(summand)], x.shape);
    },
    concatChannels: (a, b) =>
      op('Concat', 'concat', [a, b], [a.shape[0]!, a.shape[1]! + b.shape[1]!, ...a.shape.slice(2)], { axis: 1 }),
    upsampleTo(x, height, width) {
      const shape = [...x.shape.slice(0, 2), height, width];
      const scales = graph.floats('twice', [1, 1, 2, 2], [4]);
      const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
      return op('Resize', 'upsample', [x, '', scales], shape, nearest);
    },
    toTokens(x) {
      const [batch, channels, height, width] = pictureShape(x);
      return reshape(transposed(x, [0, 2, 3, 1]), [batch, height * width, channels]);
    },
    toPicture(tokens, height, width) {
      const [batch, , channels] = tokens.shape as [number, number, number];
      return transposed(reshape(tokens, [batch, height, width, channels]), [0, 3, 1, 2]);
    },
  };
}
