/**
 * Rows of a table by their numbers. Only the rows asked for are widened, since a table of all tokens is large, unless
 * `widenTables`: a GPU without f16 cannot even pick rows of f16.
 */
import type { Value } from '../layers';
import type { GraphBuilder } from './graphBuilder';

export function embedding(
  graph: GraphBuilder,
  scope: string,
  ids: Value,
  { rows, width }: { readonly rows: number; readonly width: number },
  widenTables = false,
): Value {
  const key = `${scope}.weight`;
  const shape = [...ids.shape, width];
  const widened = (stored: string): Value =>
    graph.node('Cast', scope, [graph.node('Gather', scope, [stored, ids], shape)], shape, { to: 1 });
  if (graph.has(key) && widenTables) return graph.node('Gather', scope, [graph.weight(key, [rows, width]), ids], shape);
  if (graph.has(key)) return widened(graph.stored(key, [rows, width]));
  const scales = graph.node('Gather', scope, [graph.stored(`${key}/scales`, [rows, 1]), ids], [...ids.shape, 1]);
  return graph.node('Mul', scope, [widened(graph.stored(`${key}/rows`, [rows, width])), scales], shape);
}
