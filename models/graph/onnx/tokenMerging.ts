/** Tokens found alike, joined and parted again. `ScatterElements`, since `ScatterND` with sums races where rows meet (onnxruntime issue 18048). */
import type { Value } from '../layers';
import type { TokenPartition } from '../tokenMerging';
import type { GraphBuilder } from './graphBuilder';
import { evenRuns } from './pictures';

const SCOPE = 'tokens';

/** Bytes that the likenesses of one chunk of sources may take. */
const LIKENESS_BYTES = 16 * 1024 * 1024;
/** Added to lengths, so that a token of zeros is like none in place of NaN. */
const TINY = 1e-20;
const INT32 = 6;
const FLOAT32 = 1;

/** Float32 `[B, T]`: of each token its place among those that are left, of which sources come first. */
export function matchTokens(graph: GraphBuilder, x: Value, partition: TokenPartition): Value {
  const { height, width, sources, destinations, merged } = partition;
  const [batch, , channels] = x.shape as [number, number, number];
  const kept = sources.length - merged;
  const unit = unitTokens(graph, x);
  const listed = (what: string, tokens: readonly number[]): string =>
    graph.indices(`${what} of ${height}x${width}`, () => Int32Array.from(tokens), [tokens.length]);
  const pick = (what: string, tokens: readonly number[]): Value =>
    graph.node('Gather', SCOPE, [unit, listed(what, tokens)], [batch, tokens.length, channels], { axis: 1 });
  const across = graph.node(
    'Transpose',
    SCOPE,
    [pick('destinations', destinations)],
    [batch, channels, destinations.length],
    {
      perm: [0, 2, 1],
    },
  );
  const { likeness, likest } = best(graph, pick('sources', sources), across);

  const count = graph.integers([sources.length]);
  const ranked = [batch, sources.length];
  const [, order] = graph.nodeWithOutputs('TopK', SCOPE, [likeness, count], [ranked, ranked], { axis: 1 });
  const [gone] = parts(graph, order!, [merged, kept]);
  const to = graph.node('GatherElements', SCOPE, [likest, gone!], [batch, merged], { axis: 1 });
  const placesGone = graph.node('Add', SCOPE, [to, graph.integers([kept])], [batch, merged]);
  const targets = joined(graph, [placesGone, ...range(graph, batch, 0, kept)]);
  // Ranked sources to the order they stand in.
  const placesOfSources = graph.node('ScatterElements', SCOPE, [targets, order!, targets], ranked, { axis: 1 });
  const all = joined(graph, [placesOfSources, ...range(graph, batch, kept, destinations.length)]);
  const standing = [...sources, ...destinations];
  const at = new Array<number>(standing.length);
  for (const [i, token] of standing.entries()) at[token] = i;
  const places = graph.node('Gather', SCOPE, [all, listed('standing', at)], [batch, at.length], { axis: 1 });
  return graph.node('Cast', SCOPE, [places], places.shape, { to: FLOAT32 });
}

/** Means `[B, count, C]` of the tokens that share a place. */
export function mergeTokens(graph: GraphBuilder, x: Value, places: Value, count: number): Value {
  const [batch, tokens, channels] = x.shape as [number, number, number];
  const summed = (values: Value | string, width: number): Value => {
    const shape = [batch, count, width];
    const zeros = graph.node('ConstantOfShape', SCOPE, [graph.integers(shape)], shape);
    const rows = places32(graph, places, width);
    const attributes = { axis: 1, reduction: 'add' };
    return graph.node('ScatterElements', SCOPE, [zeros, rows, values], shape, attributes);
  };
  const ones = graph.floats(`ones ${batch}x${tokens}`, new Float32Array(batch * tokens).fill(1), [batch, tokens, 1]);
  return graph.node('Div', SCOPE, [summed(x, channels), summed(ones, 1)], [batch, count, channels]);
}

/** `[B, T, C]`: to each token what is in its place. */
export function unmergeTokens(graph: GraphBuilder, x: Value, places: Value): Value {
  const [batch, , channels] = x.shape as [number, number, number];
  const shape = [batch, places.shape[1]!, channels];
  return graph.node('GatherElements', SCOPE, [x, places32(graph, places, channels)], shape, { axis: 1 });
}

/** Int32 `[B, T, channels]`: the place of a token in each of its channels. */
function places32(graph: GraphBuilder, places: Value, channels: number): Value {
  const [batch, tokens] = places.shape as [number, number];
  const shape = [batch, tokens, channels];
  const make = (): Value[] => {
    const whole = graph.node('Cast', SCOPE, [places], places.shape, { to: INT32 });
    const column = graph.node('Reshape', SCOPE, [whole, graph.integers([batch, tokens, 1])], [batch, tokens, 1]);
    return [channels === 1 ? column : graph.node('Expand', SCOPE, [column, graph.integers(shape)], shape)];
  };
  return graph.once(`${places.name} × ${channels}`, make)[0]!;
}

function unitTokens(graph: GraphBuilder, x: Value): Value {
  const each = [...x.shape.slice(0, 2), 1];
  const squares = graph.node('Mul', SCOPE, [x, x], x.shape);
  const sums = graph.node('ReduceSum', SCOPE, [squares, graph.integers([-1])], each);
  const lengths = graph.node('Sqrt', SCOPE, [sums], each);
  const safe = graph.node('Add', SCOPE, [lengths, graph.floats(`${TINY}`, [TINY], [])], each);
  return graph.node('Div', SCOPE, [x, safe], x.shape);
}

/** Of each source how like the likest destination is, and which that is: `[B, S]` both. */
function best(graph: GraphBuilder, sources: Value, across: Value): { likeness: Value; likest: Value } {
  const [batch, count, channels] = sources.shape as [number, number, number];
  const destinations = across.shape[2]!;
  const sizes = evenRuns(count, LIKENESS_BYTES / (4 * batch * destinations)).map((run) => run.count);
  const shapes = sizes.map((size) => [batch, size, channels]);
  const some = graph.nodeWithOutputs('Split', SCOPE, [sources, graph.integers(sizes)], shapes, { axis: 1 });
  const found = some.map((chunk) => {
    const shape = [batch, chunk.shape[1]!];
    const product = graph.node('MatMul', SCOPE, [chunk, across], [...shape, destinations]);
    return {
      likeness: graph.node('ReduceMax', SCOPE, [product, graph.integers([-1])], shape, { keepdims: 0 }),
      likest: graph.node('ArgMax', SCOPE, [product], shape, { axis: -1, keepdims: 0 }),
    };
  });
  return {
    likeness: joined(
      graph,
      found.map(({ likeness }) => likeness),
    ),
    likest: joined(
      graph,
      found.map(({ likest }) => likest),
    ),
  };
}

/** `[B, length]` from `start` on, if it is anything. */
function range(graph: GraphBuilder, batch: number, start: number, length: number): Value[] {
  if (length === 0) return [];
  const numbers = graph.integers(Array.from({ length }, (_, i) => start + i));
  return [graph.node('Expand', SCOPE, [numbers, graph.integers([batch, length])], [batch, length])];
}

/** `[B, a + b + …]` in parts of `sizes`, of which none may be empty. */
function parts(graph: GraphBuilder, x: Value, sizes: readonly number[]): Value[] {
  const own = sizes.filter((size) => size > 0);
  if (own.length === 1) return [x];
  const shapes = own.map((size) => [x.shape[0]!, size]);
  return graph.nodeWithOutputs('Split', SCOPE, [x, graph.integers(own)], shapes, { axis: 1 });
}

function joined(graph: GraphBuilder, values: readonly Value[]): Value {
  if (values.length === 1) return values[0]!;
  const length = values.reduce((sum, { shape }) => sum + shape[1]!, 0);
  return graph.node('Concat', SCOPE, values, [values[0]!.shape[0]!, length], { axis: 1 });
}
