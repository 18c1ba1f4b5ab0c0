/**
 * The operations of the networks in the forms that Qualcomm's compiler takes whole in 16 bits (README.md beside this file
 * says what it rejects): pictures channels first, no operator that needs floating point, no value of more than four axes.
 *
 * Two inputs differ from those of the other graphs (`../../stage.ts`), for what stands before them is a table and trigonometry,
 * neither of which a quantized graph does well: `token_embeddings` float32 `[B, T, D]`, rows of the token table, in
 * place of `input_ids`; `time_proj` float32 `[1, C]`, the sinusoids of the timestep, in place of `timestep`.
 */
import { type Layers, pictureShape, type Value } from '../layers';
import { convolved } from '../shapes';
import { type Attending, batchedAttention, type HeadsForm, splitAttention } from './attention';
import type { Drawing, Numbers, Operand, Weight } from './drawing';
import { linear as drawLinear, type Linear, type LinearForm } from './linear';
import { groupNorm, layerNorm } from './norms';
import { upsampleTo } from './upsample';

/** Graphs of NPUs are compiled before anybody asks for a picture. */
const without = (what: string) => (): never => {
  throw new TypeError(`no graph for an NPU ${what}`);
};

/** What can be drawn in more than one way. */
export interface QnnForms {
  /** What linear layers become; `conv` by default. */
  readonly linear?: LinearForm;
  /** Whether attention is drawn head by head; `batched` by default. */
  readonly heads?: HeadsForm;
}

export function qnnLayers(draw: Drawing, forms: QnnForms = {}): Layers {
  /** What each value is that a linear layer left. */
  const linears = new Map<string, Linear>();
  /** The layer with weights that was drawn last, after which what follows it is named. */
  let last = 'inputs';
  const within = (scope: string): string => {
    last = scope;
    return scope;
  };
  const linear = (name: string, layer: Linear): Value => {
    const value = drawLinear(draw, forms.linear ?? 'conv', name, layer);
    linears.set(value.name, layer);
    return value;
  };
  const linearBefore = (value: Value): Linear => {
    const layer = linears.get(value.name);
    if (!layer) throw new TypeError(`${value.name} is no linear layer's`);
    return layer;
  };
  const number = (value: number): Numbers => {
    return { kind: 'numbers', key: `${value}`, values: () => Float32Array.of(value), shape: [], as: 'activation' };
  };
  const times = (role: string, a: Value, b: Operand): Value => draw.step('Mul', `${last}/${role}`, [a, b], a.shape);
  const gate = (role: string, x: Value, factor: number): Value => {
    const inner = factor === 1 ? x : times(`${role}.inner`, x, number(factor));
    const sigmoid = (of: Value): Value => draw.step('Sigmoid', `${last}/${role}.sigmoid`, [of], of.shape);
    if (x.shape.length !== 4) return times(role, x, sigmoid(inner));
    // Add followed at once by Sigmoid and Mul is a pattern that QNN computes nonsense for in small pictures.
    const [batch, channels, height, width] = pictureShape(x);
    return times(role, x, reshape(sigmoid(reshape(inner, [batch, channels, 1, height * width])), x.shape));
  };
  const gelu = (x: Value): Value => draw.step('Gelu', `${last}/gelu`, [x], x.shape);
  const add = (a: Value, b: Value): Value => draw.step('Add', `${last}/sum`, [a, b], a.shape);
  const reshape = (x: Value, shape: readonly number[]): Value =>
    draw.move('Reshape', [x, { kind: 'integers', values: shape }], shape);

  return {
    input: (name, _type, shape) => draw.input(name, shape),
    output: (name, value) => draw.output(name, value),
    embedding: (_scope, ids, { width }) => draw.input('token_embeddings', [...ids.shape, width]),
    addPositions(scope, tokens) {
      const shape = [1, ...tokens.shape.slice(1)];
      const positions: Numbers = { kind: 'numbers', key: `${scope}.weight`, shape, as: 'activation' };
      return draw.step('Add', `${within(scope)}/out`, [tokens, positions], tokens.shape);
    },
    timestepEmbedding: (_timestep, { width }) => draw.input('time_proj', [1, width]),

    conv2d(scope, x, convolution) {
      const [batch, width] = pictureShape(x);
      const { channels, kernel, stride = 1, padding = 'same', bias = true } = convolution;
      const rows = { start: 0, count: channels };
      const shape = [channels, width, kernel, kernel];
      const weight: Weight = { kind: 'weight', key: `${scope}.weight`, shape, rows, factor: 1, axis: 0 };
      const inputs: Operand[] = [x, weight];
      if (bias) inputs.push({ kind: 'bias', key: `${scope}.bias`, weight, input: x });
      const edge = Math.floor(kernel / 2);
      const result = [batch, channels, convolved(x.shape[2]!, convolution), convolved(x.shape[3]!, convolution)];
      return draw.step('Conv', `${within(scope)}/out`, inputs, result, {
        kernel_shape: [kernel, kernel],
        strides: [stride, stride],
        pads: padding === 'same' ? [edge, edge, edge, edge] : [0, 0, 1, 1],
      });
    },
    linear: (scope, x, channels, { bias } = { bias: true }) =>
      linear(`${within(scope)}/out`, { scope, x, channels, bias }),
    groupNorm: (scope, x, options) => groupNorm(draw, within(scope), x, options),
    layerNorm: (scope, x, { epsilon }) => layerNorm(draw, within(scope), x, epsilon),

    relu: (x) => draw.step('Relu', `${last}/relu`, [x], x.shape),
    tanh: (x) => draw.step('Tanh', `${last}/tanh`, [x], x.shape),
    silu: (x) => gate('silu', x, 1),
    quickGelu: (x) => gate('quick_gelu', x, 1.702),
    gelu,
    geglu(x) {
      // Two layers over half of the rows each: QNN would have to split a wide one, in one encoding for both halves.
      const wide = linearBefore(x);
      const count = wide.channels / 2;
      const half = (role: string, start: number): Value =>
        linear(`${wide.scope}/${role}`, { ...wide, rows: { start, count } });
      const hidden = half('hidden', 0);
      return times('geglu', hidden, gelu(half('gate', count)));
    },
    attention(q, k, v, options) {
      const query = linearBefore(q);
      const scope = query.scope.replace(/\.[^.]*$/, '');
      const count = q.shape[2]! / options.heads;
      const scaled = { ...query, factor: 1 / Math.sqrt(count) };
      if (forms.heads !== 'split')
        return batchedAttention(draw, scope, [linear(`${query.scope}/scaled`, scaled), k, v], options);
      // As many layers over a head's rows each: what they leave is split, and has encodings, by heads.
      const [queries, keys, values] = [scaled, linearBefore(k), linearBefore(v)].map((layer) =>
        Array.from({ length: options.heads }, (_, head) =>
          linear(`${layer.scope}/head${head}`, { ...layer, rows: { start: head * count, count } }),
        ),
      ) as [Value[], Value[], Value[]];
      const heads = queries.map((head, i): Attending => [head, keys[i]!, values[i]!]);
      return splitAttention(draw, scope, heads, options.causal);
    },

    add,
    addToChannels: (x, perChannel) => add(x, reshape(perChannel, [1, x.shape[1]!, 1, 1])),
    scale(x, factor, summand = 0) {
      const scaled = times('scaled', x, number(factor));
      if (summand === 0) return scaled;
      return draw.step('Add', `${last}/shifted`, [scaled, number(summand)], x.shape);
    },
    halved: without('is a T2I-adapter'),
    matchTokens: without('merges tokens'),
    mergeTokens: without('merges tokens'),
    unmergeTokens: without('merges tokens'),
    scaleTokens: without('is shown pictures in places'),
    scaleFirst: without('has FreeU in it'),
    scaleLowest: without('has FreeU in it'),
    concatChannels(a, b) {
      const shape = [a.shape[0]!, a.shape[1]! + b.shape[1]!, ...a.shape.slice(2)];
      return draw.step('Concat', `${last}/joined`, [a, b], shape, { axis: 1 });
    },
    splitTokens: without('is an IP-Adapter'),
    concatTokens: without('is an IP-Adapter'),
    upsampleTo: (x, height, width) => upsampleTo(draw, x, height, width),
    toTokens(x) {
      const [batch, channels, height, width] = pictureShape(x);
      const lying = draw.move('Transpose', [x], [batch, height, width, channels], { perm: [0, 2, 3, 1] });
      return reshape(lying, [batch, height * width, channels]);
    },
    toPicture(tokens, height, width) {
      const [batch, , channels] = tokens.shape as [number, number, number];
      const lying = reshape(tokens, [batch, height, width, channels]);
      return draw.move('Transpose', [lying], [batch, channels, height, width], { perm: [0, 3, 1, 2] });
    },
  };
}
