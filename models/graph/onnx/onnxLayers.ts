/**
 * The operations of the networks as ONNX nodes, in forms that ORT Web computes fast and without miscompiling (float32,
 * default operators only): pictures channels last, 3×3 convolutions by Winograd where that is less work, linear layers as
 * Gemm over the checkpoint's own `[out, in]` layout, silu as x · Sigmoid(x).
 */
import { type Layers, pictureShape, type Value } from '../layers';
import { halvedShape, joinedShape, splitShape, withLast } from '../shapes';
import { attention } from './attention';
import { type ConvolutionOptions, convolution3x3 } from './convolution';
import { embedding } from './embedding';
import type { GraphBuilder } from './graphBuilder';
import { groupNorm } from './groupNorm';
import type { IntegerOptions } from './integers';
import { linear as linearOver } from './linear';
import { scaleLowest } from './lowest';
import { channelsFirst, channelsLast, lying } from './pictures';
import { timestepEmbedding } from './timestepEmbedding';
import { matchTokens, mergeTokens, unmergeTokens } from './tokenMerging';
import { upsampleTo } from './upsample';
import type { View } from './window';

/** How to compute what can be computed in several ways. */
export interface LoweringOptions extends ConvolutionOptions {
  /** Of the latents; the parts of a network at a sixteenth of them and less are its deep ones. */
  readonly pixels?: number;
  /** Embedding tables become float32 whole, while the network is opened. */
  readonly widenTables?: boolean;
}

/**
 * The UNet's products over this many channels and more, where nothing is said. The other stages run once a picture,
 * and the text encoder has channels that are large.
 */
const INTEGERS_FROM = 320;

export function onnxLayers(graph: GraphBuilder, options: LoweringOptions = {}): Layers {
  const least = graph.stage === 'unet' ? INTEGERS_FROM : Number.POSITIVE_INFINITY;
  const { integersFrom = least, pixels = 0 } = options;
  /** Pictures that can be computed strip by strip from what they are views of. */
  const views = new Map<string, View>();
  const viewOf = (x: Value): View =>
    views.get(x.name) ?? { lies: x, apply: (part) => part, height: x.shape[2]!, width: x.shape[3]! };
  /** The whole result, and how to have it in parts; the graph keeps what is used of the two. */
  const pointwise = (x: Value, apply: (part: Value) => Value): Value => {
    const whole = apply(x);
    const before = viewOf(x);
    views.set(whole.name, { ...before, apply: (part) => apply(before.apply(part)) });
    return whole;
  };
  /**
   * Where the picture is a sixteenth of itself or less, all may be in integers: rounding there is seen least in what the
   * UNet predicts, and these layers hold most of the weights.
   */
  const deep = (some: number): boolean => 16 * some <= pixels;
  /**
   * What a normalization leaves, or a mean of such values: no number is far larger than the others, so that u8 holds
   * them well. Elsewhere, only linear layers over these compute in integers.
   */
  const even = new Set<string>();
  const evenly = (x: Value): Value => {
    even.add(x.name);
    return x;
  };
  const reshape = (x: Value, shape: readonly number[]): Value =>
    graph.node('Reshape', 'reshape', [x, graph.integers(shape)], shape);
  const number = (value: number): string => graph.floats(`${value}`, [value], []);
  const vector = (name: string, length: number): string => graph.weight(name, [length]);
  const gated = (scope: string, x: Value, gate: Value): Value => graph.node('Mul', scope, [x, gate], x.shape);
  const sigmoid = (x: Value): Value => graph.node('Sigmoid', 'silu', [x], x.shape);
  const silu = (x: Value): Value => gated('silu', x, sigmoid(x));
  const relu = (x: Value): Value => graph.node('Relu', 'relu', [x], x.shape);
  const gelu = (x: Value): Value => graph.node('Gelu', 'gelu', [x], x.shape);
  const overLast = (scope: string, x: Value, channels: number, bias: boolean, how: IntegerOptions): Value => {
    const flat = [x.shape.slice(0, -1).reduce((product, size) => product * size, 1), x.shape.at(-1)!];
    if (x.shape.length === 2) return linearOver(graph, scope, x, channels, bias, how);
    const product = linearOver(graph, scope, flattened(x, flat), channels, bias, { ...how, pictures: x.shape[0]! });
    return reshape(product, withLast(x.shape, channels));
  };
  /** The same node for the same value, so that layers over one value share what they make of it. */
  const flattened = (x: Value, shape: readonly number[]): Value =>
    graph.once(`flat ${x.name}`, () => [reshape(x, shape)])[0]!;
  /** A 1×1 convolution, which sees the residual stream: its few large numbers leave the others hardly a step of u8. */
  const pixelwise = (scope: string, x: Value, channels: number, bias: boolean): Value => {
    const [batch, , height, width] = pictureShape(x);
    const how = deep(height * width) ? { integersFrom } : {};
    const product = overLast(scope, { ...x, shape: lying(x.shape) }, channels, bias, how);
    return { ...product, shape: [batch, channels, height, width] };
  };
  /** `[1, C]` as it adds to every pixel. */
  const spread = (perChannel: Value, { shape }: Value): Value => reshape(perChannel, [1, 1, 1, shape[1]!]);

  return {
    input(name, type, shape) {
      graph.inputs.push({ name, type, shape });
      return shape.length === 4 ? channelsLast(graph, { name, shape }) : { name, shape };
    },
    output(name, value) {
      graph.output(name, value.shape.length === 4 ? channelsFirst(graph, value) : value);
    },
    embedding: (scope, ids, table) => embedding(graph, scope, ids, table, options.widenTables),
    addPositions(scope, tokens) {
      return graph.node('Add', scope, [tokens, graph.weight(`${scope}.weight`, tokens.shape.slice(1))], tokens.shape);
    },
    timestepEmbedding: (timestep, options) => timestepEmbedding(graph, timestep, options),

    conv2d(scope, x, convolution) {
      if (convolution.kernel === 1) return pixelwise(scope, x, convolution.channels, convolution.bias ?? true);
      const { height, width } = viewOf(x);
      const from = deep(height * width) ? integersFrom : Number.POSITIVE_INFINITY;
      return convolution3x3(graph, scope, viewOf(x), convolution, { ...options, integersFrom: from });
    },
    linear: (scope, x, channels, { bias } = { bias: true }) =>
      overLast(scope, x, channels, bias, even.has(x.name) ? { integersFrom } : {}),
    groupNorm(scope, x, normalization) {
      const { factor, summand } = groupNorm(graph, scope, x, normalization);
      return pointwise(x, (part) =>
        graph.node('Add', scope, [graph.node('Mul', scope, [part, factor], part.shape), summand], part.shape),
      );
    },
    layerNorm(scope, x, { epsilon }) {
      const channels = x.shape.at(-1)!;
      const weights = [vector(`${scope}.weight`, channels), vector(`${scope}.bias`, channels)];
      const attributes = { axis: -1, epsilon: { float: epsilon } };
      return evenly(graph.node('LayerNormalization', scope, [x, ...weights], x.shape, attributes));
    },

    relu: (x) => (x.shape.length === 4 ? pointwise(x, relu) : relu(x)),
    tanh: (x) => graph.node('Tanh', 'tanh', [x], x.shape),
    silu: (x) => (x.shape.length === 4 ? pointwise(x, silu) : silu(x)),
    quickGelu: (x) => gated('quick_gelu', x, sigmoid(graph.node('Mul', 'quick_gelu', [x, number(1.702)], x.shape))),
    gelu,
    geglu(x) {
      const half = withLast(x.shape, x.shape.at(-1)! / 2);
      // Sizes as an input: ORT Web's WebGPU kernel does not know `num_outputs` and would split off nothing.
      const sizes = graph.integers([half.at(-1)!, half.at(-1)!]);
      const [hidden, gate] = graph.nodeWithOutputs('Split', 'geglu', [x, sizes], [half, half], { axis: -1 });
      const product = gated('geglu', hidden!, gelu(gate!));
      return deep(x.shape.at(-2)!) ? evenly(product) : product;
    },
    attention: (q, k, v, options) => evenly(attention(graph, q, k, v, options)),

    matchTokens: (x, partition) => matchTokens(graph, x, partition),
    mergeTokens: (x, places, count) => evenly(mergeTokens(graph, x, places, count)),
    unmergeTokens: (x, places) => unmergeTokens(graph, x, places),

    add: (a, b) => graph.node('Add', 'add', [a, b], a.shape),
    addToChannels: (x, perChannel) => graph.node('Add', 'add', [x, spread(perChannel, x)], x.shape),
    scale(x, factor, summand = 0) {
      const scaled = graph.node('Mul', 'scale', [x, number(factor)], x.shape);
      return summand === 0 ? scaled : graph.node('Add', 'scale', [scaled, number(summand)], x.shape);
    },
    scaleTokens: (x, factors) => graph.node('Mul', 'scale', [x, factors], x.shape),
    scaleFirst(x, channels, factor) {
      const factors = Float32Array.from({ length: x.shape[1]! }, (_, i) => (i < channels ? factor : 1));
      const label = `first ${channels} of ${factors.length} by ${factor}`;
      return graph.node('Mul', 'scale', [x, graph.floats(label, factors, [factors.length])], x.shape);
    },
    scaleLowest: (x, factor) => scaleLowest(graph, x, factor),
    concatChannels: (a, b) =>
      graph.node('Concat', 'concat', [a, b], [a.shape[0]!, a.shape[1]! + b.shape[1]!, ...a.shape.slice(2)], {
        axis: 3,
      }),
    upsampleTo(x, height, width) {
      const larger = upsampleTo(graph, x, height, width);
      views.set(larger.name, { ...viewOf(x), height, width });
      return larger;
    },
    halved(x) {
      const shape = halvedShape(x.shape);
      const window = { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1, count_include_pad: 0 };
      return channelsLast(graph, graph.node('AveragePool', 'halved', [channelsFirst(graph, x)], shape, window));
    },
    splitTokens: (x, count) => reshape(x, splitShape(x.shape, count)),
    concatTokens: (a, b) => graph.node('Concat', 'concat', [a, b], joinedShape(a.shape, b.shape), { axis: 1 }),
    toTokens(x) {
      const [batch, channels, height, width] = pictureShape(x);
      return reshape(x, [batch, height * width, channels]);
    },
    toPicture(tokens, height, width) {
      const [batch, , channels] = tokens.shape as [number, number, number];
      const shape = [batch, channels, height, width];
      return { ...reshape(tokens, lying(shape)), shape };
    },
  };
}
