/** Nearest-neighbour enlargement, to twice the size or to any other: row y comes from row floor(y · from / to). */
import { pictureShape, type Value } from '../layers';
import type { GraphBuilder } from './graphBuilder';

export function upsampleTo(graph: GraphBuilder, x: Value, height: number, width: number): Value {
  const [batch, channels, fromHeight, fromWidth] = pictureShape(x);
  // Gather with the indices written out: `Resize` would leave their rounding to float arithmetic.
  const wide = [batch, channels, fromHeight, width];
  const columns = graph.node('Gather', 'upsample', [x, sources(graph, fromWidth, width)], wide, { axis: 2 });
  const whole = [batch, channels, height, width];
  return graph.node('Gather', 'upsample', [columns, sources(graph, fromHeight, height)], whole, { axis: 1 });
}

const sources = (graph: GraphBuilder, from: number, to: number): string =>
  graph.integers(Array.from({ length: to }, (_, i) => Math.floor((i * from) / to)));
