/**
 * The operations of the networks as instructions for our own kernels: an implementation of `Layers` beside those that write
 * ONNX. Nothing is computed that the next product can do on its way: norms and activations wait until somebody reads them
 * (`Change`), sums become part of the product that one of their halves comes from, enlarging is a matter of where to read.
 */
import { type Layers, pictureShape, type Value } from '../../../models/graph/layers';
import { convolved, halvedShape, withLast } from '../../../models/graph/shapes';
import { staysWide } from '../../../models/quantize/plan';
import {
  AFFINE,
  AFFINE_SILU,
  C_FACTOR,
  C_MORE_BIAS,
  C_RELU,
  C_RESIDUAL,
  C_RESIDUAL_STRIDE,
  GEGLU,
  GELU,
  LAYER_NORM,
  PLAIN,
  QUICK_GELU,
  RELU,
  SILU,
  TANH,
} from '../../kernels/layout';
import type { Assembly } from './assembly';
import { attention } from './attention';
import { scaleFirst, scaleLowest } from './freeu';
import { gatedProduct } from './gated';
import { groupMoments } from './groupNorm';
import { halved } from './halved';
import { type Instruction, place } from './instruction';
import { product } from './products';
import { changedRows, written } from './rows';
import { matched, merged, parted } from './tokens';
import { type EngineValue, makerOf, type Rows } from './value';

/** Whoever draws with an IP-Adapter has its pictures encoded by ONNX Runtime (imagePrompts.ts). */
const notHere = (): never => {
  throw new TypeError('no program of our own kernels is an IP-Adapter');
};

/** `uses` says of each call, in the order in which they are made, how many calls read its result. */
export function int8Layers(assembly: Assembly, uses: readonly number[]): Layers {
  let calls = 0;
  const engine = (value: Value): EngineValue => value as EngineValue;
  const given = (rows: Rows, shape: readonly number[], open?: Instruction): EngineValue => ({
    ...{ name: rows.region.name, shape, source: { a: rows } },
    ...(open && uses[calls - 1] === 1 ? { open } : {}),
  });
  /** `x` with one more thing to be done to its rows, which are written out before where there is one already. */
  const change = (x: Value, transform: number, shape = x.shape): EngineValue => {
    const a = written(assembly, engine(x));
    return { name: makerOf(a), shape, source: { a }, change: { transform } };
  };
  const activated = (x: Value, transform: number): EngineValue => {
    const { change: waiting, ...rest } = engine(x);
    if (waiting?.transform !== AFFINE || transform !== SILU) return change(x, transform);
    return { ...rest, change: { ...waiting, transform: AFFINE_SILU } };
  };
  /** The same rows as another shape. */
  const seen = (x: Value, shape: readonly number[]): EngineValue => {
    const { open, gated: _, ...rest } = engine(x);
    return { ...rest, shape, ...(open && uses[calls - 1] === 1 ? { open } : {}) };
  };
  const layers: Layers = {
    input: (name, type, shape) => given(assembly.input(name, type, shape), shape),
    output(name, value) {
      assembly.output(name, written(assembly, engine(value)), value.shape);
    },
    embedding: (scope, ids, table) => given(assembly.embedding(scope, engine(ids), table), [...ids.shape, table.width]),
    addPositions(scope, tokens) {
      const [batch, count, width] = tokens.shape as [number, number, number];
      const positions = assembly.constants.repeated(`${scope}.weight`, [count, width], batch);
      const plus = { region: positions, rows: batch * count, channels: width };
      const { rows } = changedRows(assembly, scope, engine(tokens).source, { transform: PLAIN }, { plus });
      return given(rows, tokens.shape);
    },
    timestepEmbedding: (timestep, options) => given(assembly.sinusoids(engine(timestep), options), [1, options.width]),
    conv2d(scope, x, convolution) {
      const [batch, , height, width] = pictureShape(x);
      const shape = [batch, convolution.channels, convolved(height, convolution), convolved(width, convolution)];
      const { rows, open } = product(assembly, scope, engine(x), shape, convolution, staysWide(`${scope}.weight`));
      return given(rows, shape, open);
    },
    linear(scope, x, channels, options = { bias: true }) {
      const shape = withLast(x.shape, channels);
      const wide = staysWide(`${scope}.weight`);
      const { rows, open } = product(assembly, scope, engine(x), shape, { channels, kernel: 1, ...options }, wide);
      return given(rows, shape, open);
    },
    groupNorm(scope, x, options) {
      const { source, change: waiting } = engine(x);
      const from = waiting ? { a: written(assembly, engine(x)) } : source;
      const affine = groupMoments(assembly, scope, from, x.shape[0]!, options);
      return { name: scope, shape: x.shape, source: from, change: { transform: AFFINE, affine } } as EngineValue;
    },
    layerNorm(scope, x, { epsilon }) {
      const a = written(assembly, engine(x));
      const affine = assembly.constants.weightAndBias(scope, a.channels);
      return {
        name: scope,
        shape: x.shape,
        source: { a },
        change: { transform: LAYER_NORM, affine, epsilon },
      } as EngineValue;
    },
    relu(x) {
      const { open, source } = engine(x);
      if (!open) return activated(x, RELU);
      open.words[C_RELU] = 1;
      return given(source.a, x.shape);
    },
    tanh: (x) => activated(x, TANH),
    silu: (x) => activated(x, SILU),
    quickGelu: (x) => activated(x, QUICK_GELU),
    gelu: (x) => activated(x, GELU),
    geglu(x) {
      const shape = withLast(x.shape, x.shape.at(-1)! / 2);
      const made = gatedProduct(assembly, engine(x));
      if (!made) return change(x, GEGLU, shape);
      return { ...given(made.rows, shape), ...(uses[calls - 1] === 1 ? { gated: made.instruction } : {}) };
    },
    attention(q, k, v, options) {
      const rows = [q, k, v].map((each) => written(assembly, engine(each))) as [Rows, Rows, Rows];
      return given(attention(assembly, rows, q.shape[0]!, options), q.shape);
    },
    halved: (x) => given(halved(assembly, written(assembly, engine(x)), x.shape), halvedShape(x.shape)),
    matchTokens: (x, partition) =>
      given(matched(assembly, written(assembly, engine(x)), x.shape[0]!, partition), x.shape.slice(0, 2)),
    mergeTokens(x, places, count) {
      const [rows, to] = [written(assembly, engine(x)), written(assembly, engine(places))];
      return given(merged(assembly, rows, to, x.shape[0]!, count), [x.shape[0]!, count, x.shape[2]!]);
    },
    unmergeTokens(x, places) {
      const [rows, from] = [written(assembly, engine(x)), written(assembly, engine(places))];
      return given(parted(assembly, rows, from), [...places.shape, x.shape[2]!]);
    },
    add(a, b) {
      const [x, y] = [engine(a), engine(b)];
      // The later of two products takes the other's rows in.
      const later = assembly.later(x.open, y.open);
      const [sum, other] = later && later === y.open ? [y, x] : [x, y];
      if (!later || later.words[C_RESIDUAL] !== undefined || other.change || other.source.b) {
        const [first, plus] = [written(assembly, x), written(assembly, y)];
        return given(changedRows(assembly, makerOf(first), { a: first }, { transform: PLAIN }, { plus }).rows, a.shape);
      }
      const residual = other.source.a;
      later.words[C_RESIDUAL] = place(residual.region);
      later.words[C_RESIDUAL_STRIDE] = residual.channels;
      assembly.alsoReads(later, residual.region);
      return given(sum.source.a, a.shape, later);
    },
    addToChannels(x, perChannel) {
      const { open, source } = engine(x);
      const more = written(assembly, engine(perChannel));
      if (!open || open.words[C_MORE_BIAS] !== undefined || more.rows !== 1)
        throw new Error('only what a convolution has just made is added to by channels');
      open.words[C_MORE_BIAS] = place(more.region);
      assembly.alsoReads(open, more.region);
      return given(source.a, x.shape, open);
    },
    scale(x, factor, summand = 0) {
      const { open, source } = engine(x);
      if (!open || summand !== 0) {
        const a = written(assembly, engine(x));
        const { rows } = changedRows(assembly, makerOf(a), { a }, { transform: PLAIN }, { factor, summand });
        return given(rows, x.shape);
      }
      open.words[C_FACTOR] = { float: factor };
      return given(source.a, x.shape);
    },
    scaleTokens(x, each) {
      const [a, factors] = [written(assembly, engine(x)), written(assembly, engine(each))];
      return given(changedRows(assembly, makerOf(a), { a }, { transform: PLAIN }, { factors }).rows, x.shape);
    },
    scaleFirst: (x, channels, factor) =>
      given(scaleFirst(assembly, x, written(assembly, engine(x)), channels, factor), x.shape),
    scaleLowest: (x, factor) => given(scaleLowest(assembly, x, written(assembly, engine(x)), factor), x.shape),
    concatChannels(a, b) {
      const [x, y] = [written(assembly, engine(a)), written(assembly, engine(b))];
      const shape = [a.shape[0]!, x.channels + y.channels, ...a.shape.slice(2)];
      return { name: `${makerOf(x)}|${makerOf(y)}`, shape, source: { a: x, b: y } } as EngineValue;
    },
    upsampleTo(x, height, width) {
      const [batch, channels, h, w] = pictureShape(x);
      const { open: _, gated: __, ...rest } = engine(x);
      return { ...rest, shape: [batch, channels, height, width], small: { height: h, width: w } } as EngineValue;
    },
    splitTokens: notHere,
    concatTokens: notHere,
    toTokens: (x) => seen(x, [x.shape[0]!, x.shape[2]! * x.shape[3]!, x.shape[1]!]),
    toPicture: (x, height, width) => seen(x, [x.shape[0]!, x.shape[2]!, height, width]),
  };
  return new Proxy(layers, {
    get(own, op: keyof Layers) {
      calls++;
      return own[op];
    },
  });
}
