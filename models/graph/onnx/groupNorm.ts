/**
 * GroupNorm over pictures that lie channels last: moments of each channel first, then of each group, so that the
 * normalization is one factor and one summand for each channel, to be applied wherever the pixels are read.
 */
import { pictureShape, type Value } from '../layers';
import type { GraphBuilder } from './graphBuilder';
import { evenRuns, sliceRows } from './pictures';

export interface GroupNorm {
  readonly groups: number;
  readonly epsilon: number;
}

/** What x is multiplied by, and what is added then: each `[B, 1, 1, C]`. */
export interface Affine {
  readonly factor: Value;
  readonly summand: Value;
}

/** Bytes of squares in memory at a time. */
const SQUARES_BYTES = 32 * 1024 * 1024;

export function groupNorm(graph: GraphBuilder, scope: string, x: Value, { groups, epsilon }: GroupNorm): Affine {
  const [batch, channels] = pictureShape(x);
  const each = [batch, groups, channels / groups];
  const grouped = [batch, groups, 1];
  const op = (name: string, inputs: readonly (Value | string)[], shape: readonly number[]): Value =>
    graph.node(name, scope, inputs, shape);
  const ofGroups = (perChannel: Value): Value => {
    const parts = op('Reshape', [perChannel, graph.integers(each)], each);
    return graph.node('ReduceMean', scope, [parts, graph.integers([2])], grouped);
  };
  const [means, squares] = channelMoments(graph, scope, x);
  const mean = ofGroups(means);
  // E[x²] - E[x]², which rounding may leave a little below zero.
  const spread = op('Relu', [op('Sub', [ofGroups(squares), op('Mul', [mean, mean], grouped)], grouped)], grouped);
  const deviation = op('Sqrt', [op('Add', [spread, graph.floats(`${epsilon}`, [epsilon], [])], grouped)], grouped);
  const weight = graph.weight(`${scope}.weight`, each.slice(1));
  const factor = op('Div', [weight, deviation], each);
  const moved = op('Mul', [factor, mean], each);
  const summand = op('Sub', [graph.weight(`${scope}.bias`, each.slice(1)), moved], each);
  const perChannel = [batch, 1, 1, channels];
  const asPicture = (value: Value): Value => op('Reshape', [value, graph.integers(perChannel)], perChannel);
  return { factor: asPicture(factor), summand: asPicture(summand) };
}

/** Means of x and of x² over the pixels, `[B, C]` each; by rows first, which keeps float32 sums short. */
function channelMoments(graph: GraphBuilder, scope: string, x: Value): [Value, Value] {
  const [batch, channels, height, width] = pictureShape(x);
  const overRows = (part: Value): Value => {
    const shape = [batch, part.shape[2]!, channels];
    return graph.node('ReduceMean', scope, [part, graph.integers([2])], shape, { keepdims: 0 });
  };
  const overAll = (rows: readonly Value[]): Value => {
    const shape = [batch, height, channels];
    const joined = rows.length === 1 ? rows[0]! : graph.node('Concat', scope, rows, shape, { axis: 1 });
    return graph.node('ReduceMean', scope, [joined, graph.integers([1])], [batch, channels], { keepdims: 0 });
  };
  const squares = evenRuns(height, SQUARES_BYTES / (4 * batch * width * channels)).map(({ start, count }) => {
    const part = sliceRows(graph, x, { top: start, rows: count });
    return overRows(graph.node('Mul', scope, [part, part], part.shape));
  });
  return [overAll([overRows(x)]), overAll(squares)];
}
