/**
 * Attention as MatMul, Softmax, MatMul over `[B, heads, T, C / heads]`. The scores of many tokens are large (8 heads of
 * 4096 tokens: 540 MB), so the queries go through in chunks: the same speed, an eighth of the memory (facts measured on
 * ORT-web 1.30: 125 MB).
 */
import type { Attention, Value } from '../layers';
import type { GraphBuilder } from './graphBuilder';
import { evenRuns } from './pictures';

/** Bytes that the scores of one chunk of queries may take. */
const SCORE_BUDGET_BYTES = 64 * 1024 * 1024;

/** Added to scores that causality forbids: exp of it is 0 in float32. */
const FORBIDDEN = -1e9;

export function attention(
  graph: GraphBuilder,
  q: Value,
  k: Value,
  v: Value,
  { heads, causal = false }: Attention,
  scoreBudgetBytes = SCORE_BUDGET_BYTES,
): Value {
  const [batch, tokens, channels] = q.shape as [number, number, number];
  const keys = k.shape[1]!;
  const width = channels / heads;
  const scope = 'attention';
  const split = (x: Value, length: number, perm: number[]): Value => {
    const parts = graph.node(
      'Reshape',
      scope,
      [x, graph.integers([batch, length, heads, width])],
      [batch, length, heads, width],
    );
    return graph.node(
      'Transpose',
      scope,
      [parts],
      perm.map((axis) => parts.shape[axis]!),
      { perm },
    );
  };
  let queries = split(q, tokens, [0, 2, 1, 3]);
  let keysAcross = split(k, keys, [0, 2, 3, 1]);
  const values = split(v, keys, [0, 2, 1, 3]);
  // The scale goes to the shorter side; it is the same product either way.
  const scale = graph.floats(`1/sqrt(${width})`, [1 / Math.sqrt(width)], []);
  const scaled = (x: Value): Value => graph.node('Mul', `${scope}/scale`, [x, scale], x.shape);
  if (keys < tokens) keysAcross = scaled(keysAcross);
  else queries = scaled(queries);

  const attend = (some: Value): Value => {
    const shape = [batch, heads, some.shape[2]!, keys];
    let scores = graph.node('MatMul', scope, [some, keysAcross], shape);
    if (causal) scores = graph.node('Add', `${scope}/causal`, [scores, causalMask(graph, tokens)], shape);
    return graph.node(
      'MatMul',
      scope,
      [graph.node('Softmax', scope, [scores], shape, { axis: -1 }), values],
      some.shape,
    );
  };
  const seen = causal
    ? attend(queries)
    : inChunks(graph, queries, scoreBudgetBytes / (batch * heads * keys * 4), attend);
  const order = [0, 2, 1, 3];
  const joined = graph.node(
    'Transpose',
    scope,
    [seen],
    order.map((axis) => seen.shape[axis]!),
    { perm: order },
  );
  return graph.node('Reshape', scope, [joined, graph.integers(q.shape as number[])], q.shape);
}

/** Applies `attend` to at most `most` queries at a time, evenly. */
function inChunks(graph: GraphBuilder, queries: Value, most: number, attend: (some: Value) => Value): Value {
  const tokens = queries.shape[2]!;
  const sizes = evenRuns(tokens, most).map(({ count }) => count);
  if (sizes.length === 1) return attend(queries);
  const shapes = sizes.map((size) => [queries.shape[0]!, queries.shape[1]!, size, queries.shape[3]!]);
  const chunks = graph.nodeWithOutputs('Split', 'attention', [queries, graph.integers(sizes)], shapes, { axis: 2 });
  return graph.node('Concat', 'attention', chunks.map(attend), queries.shape, { axis: 2 });
}

function causalMask(graph: GraphBuilder, tokens: number): string {
  const mask = new Float32Array(tokens * tokens);
  for (let query = 0; query < tokens; query++) mask.fill(FORBIDDEN, query * tokens + query + 1, (query + 1) * tokens);
  return graph.floats(`causal[${tokens}]`, mask, [tokens, tokens]);
}
