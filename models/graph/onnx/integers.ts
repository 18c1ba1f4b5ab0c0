/**
 * Products in integers, u8 activations times int8 weights: ORT-web's kernels for that pair of types reach 150–180 GOP/s
 * on two threads where float32 reaches 65 and int8 times int8 15.
 */
import type { Value } from '../layers';
import type { GraphBuilder } from './graphBuilder';
import { apart } from './pictures';

/** Where float32 activations become u8 for a product, eight bits times eight. */
export interface IntegerOptions {
  /**
   * Products over at least this many channels are computed in integers where the weights are int8. ORT-web's integer kernels
   * are twice as fast as its float32 ones and more over 640 channels, and gain less the fewer there are.
   */
  readonly integersFrom?: number;
}

/** u8 numbers; the value is `scale` · (number - `zero`). */
export interface Quantized {
  readonly numbers: Value;
  readonly scale: Value;
  readonly zero: Value;
}

/**
 * The `pictures` of `x`, which its first axis holds one after another, each over the range of its own values and zero: a
 * picture then comes out the same whatever shares the call with it. Once however often it is asked for.
 */
export function quantized(graph: GraphBuilder, x: Value, pictures: number): Quantized[] {
  return apart(graph, x, pictures).map((picture) => {
    const make = (): readonly Value[] =>
      graph.nodeWithOutputs('DynamicQuantizeLinear', 'integers', [picture], [picture.shape, [], []]);
    const [numbers, scale, zero] = graph.once(`quantized ${picture.name}`, make);
    return { numbers: numbers!, scale: scale!, zero: zero! };
  });
}

/** `x` times int8 `weights` `[C, K]` with a scale for each K, plus `bias` where there is one. */
export function integerProduct(
  graph: GraphBuilder,
  scope: string,
  x: Quantized,
  weights: string,
  scales: string,
  bias: readonly string[],
  shape: readonly number[],
): Value {
  const inputs = [x.numbers, weights, x.scale, scales, x.zero, '', ...bias];
  return graph.node('MatMulIntegerToFloat', scope, bias.length > 0 ? inputs : inputs.slice(0, 5), shape);
}
