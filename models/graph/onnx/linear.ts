/**
 * Linear layers over weights in each of the forms that they may be stored in. What int8 weights are scaled by goes to the
 * result: it is smaller than they are, and nothing is dequantized.
 */

import { BLOCK } from '../../quantize/plan';
import type { Value } from '../layers';
import type { GraphBuilder } from './graphBuilder';
import { type IntegerOptions, integerProduct, quantized } from './integers';
import { together } from './pictures';

/** `x` `[rows, C]`, of so many `pictures`, times the weights of `scope`, plus its bias where `bias`: `[rows, channels]`. */
export function linear(
  graph: GraphBuilder,
  scope: string,
  x: Value,
  channels: number,
  bias: boolean,
  { integersFrom = Number.POSITIVE_INFINITY, pictures = 1 }: IntegerOptions & { readonly pictures?: number },
): Value {
  const [rows, inChannels] = x.shape as [number, number];
  const weight = `${scope}.weight`;
  const shape = [rows, channels];
  const summand = bias ? [graph.weight(`${scope}.bias`, [channels])] : [];
  if (graph.has(weight)) {
    const weights = graph.weight(weight, [channels, inChannels]);
    return graph.node('Gemm', scope, [x, weights, ...summand], shape, { transB: 1 });
  }
  const plus = (product: Value): Value => (bias ? graph.node('Add', scope, [product, ...summand], shape) : product);
  if (graph.has(`${weight}/blocks`)) {
    const blocks = inChannels / BLOCK;
    const inputs = [
      x,
      graph.stored(`${weight}/blocks`, [channels, blocks, BLOCK / 2]),
      graph.stored(`${weight}/scales`, [channels * blocks]),
    ];
    return plus(
      graph.node('MatMulNBits', scope, inputs, shape, { K: inChannels, N: channels, bits: 4, block_size: BLOCK }),
    );
  }
  const columns = `${weight}/columns`;
  const scales = graph.stored(`${weight}/scales`, [channels]);
  if (inChannels >= integersFrom) {
    const weights = graph.stored(columns, [inChannels, channels]);
    const part = [rows / pictures, channels];
    const products = quantized(graph, x, pictures).map((picture) =>
      integerProduct(graph, scope, picture, weights, scales, summand, part),
    );
    return together(graph, products);
  }
  const product = graph.node('MatMul', scope, [x, graph.weight(columns, [inChannels, channels])], shape);
  return plus(graph.node('Mul', scope, [product, scales], shape));
}
