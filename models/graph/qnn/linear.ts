/**
 * Linear layers over tokens as 1×1 convolutions, which is how QNN computes them with their bias in one operator, or as
 * MatMul and Add. A layer remembers what it was made from, since those who read it may want it otherwise: a part of its
 * rows, or times a factor, which both cost nothing when they are done to the weights.
 */
import type { Value } from '../layers';
import { withLast } from '../shapes';
import type { Drawing, Operand, Weight } from './drawing';

export type LinearForm = 'conv' | 'matmul';

export interface Linear {
  readonly scope: string;
  readonly x: Value;
  /** Of the whole weight; `rows` of them are computed. */
  readonly channels: number;
  readonly bias: boolean;
  readonly rows?: { readonly start: number; readonly count: number };
  readonly factor?: number;
}

/** `x` `[B, T, C]` or `[1, C]` to the same with as many channels as there are rows. */
export function linear(draw: Drawing, form: LinearForm, name: string, layer: Linear): Value {
  const { scope, x, bias, factor = 1, rows = { start: 0, count: layer.channels } } = layer;
  const key = `${scope}.weight`;
  const [channels, width] = [rows.count, x.shape.at(-1)!];
  const shape = withLast(x.shape, channels);
  if (form === 'matmul') {
    const weight: Weight = { kind: 'weight', key, shape: [width, channels], rows, factor, axis: 1 };
    const product = draw.step('MatMul', bias ? `${name}/product` : name, [x, weight], shape);
    if (!bias) return product;
    const summand: Operand = { kind: 'bias', key: `${scope}.bias`, weight };
    return draw.step('Add', name, [product, summand], shape);
  }
  const tokens = x.shape.length === 2 ? 1 : x.shape[1]!;
  const batch = x.shape[0]!;
  const lying = draw.move(
    'Reshape',
    [x, { kind: 'integers', values: [batch, 1, tokens, width] }],
    [batch, 1, tokens, width],
  );
  const standing = draw.move('Transpose', [lying], [batch, width, 1, tokens], { perm: [0, 3, 1, 2] });
  const weight: Weight = { kind: 'weight', key, shape: [channels, width, 1, 1], rows, factor, axis: 0 };
  const inputs: Operand[] = [standing, weight];
  if (bias) inputs.push({ kind: 'bias', key: `${scope}.bias`, weight, input: standing });
  const product = draw.step('Conv', name, inputs, [batch, channels, 1, tokens], { kernel_shape: [1, 1] });
  const back = draw.move('Transpose', [product], [batch, 1, tokens, channels], { perm: [0, 2, 3, 1] });
  return draw.move('Reshape', [back, { kind: 'integers', values: shape }], shape);
}
