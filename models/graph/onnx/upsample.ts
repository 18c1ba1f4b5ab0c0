/** Nearest-neighbour enlargement, to twice the size or to any other: row y comes from row floor(y · from / to). */
import { pictureShape, type Value } from '../layers';
import type { GraphBuilder } from './graphBuilder';

export function upsampleTo(graph: GraphBuilder, x: Value, height: number, width: number): Value {
  const [batch, channels, fromHeight, fromWidth] = pictureShape(x);
  if (height === 2 * fromHeight && width === 2 * fromWidth) {
    const scales = graph.floats('twice', [1, 1, 2, 2], [4]);
    const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    return graph.node('Resize', 'upsample', [x, '', scales], [batch, channels, height, width], nearest);
  }
  // Gather with the indices written out: `Resize` would leave their rounding to float arithmetic.
  const rows = graph.node(
    'Gather',
    'upsample',
    [x, sources(graph, fromHeight, height)],
    [batch, channels, height, fromWidth],
    { axis: 2 },
  );
  return graph.node('Gather', 'upsample', [rows, sources(graph, fromWidth, width)], [batch, channels, height, width], {
    axis: 3,
  });
}

const sources = (graph: GraphBuilder, from: number, to: number): string =>
  graph.integers(Array.from({ length: to }, (_, i) => Math.floor((i * from) / to)));
