/** A picture with its lowest frequencies scaled: two products with a handful of functions, in place of Fourier transforms. */
import { lowestFrequencies } from '../freeu';
import { pictureShape, type Value } from '../layers';
import type { GraphBuilder } from './graphBuilder';

/** `x` and `factor - 1` times what it has there. Channels last, as pictures lie. */
export function scaleLowest(graph: GraphBuilder, x: Value, factor: number): Value {
  const [batch, channels, height, width] = pictureShape(x);
  const pixels = height * width;
  const functions = lowestFrequencies(height, width);
  const count = functions.length;
  const label = `lowest ${batch}x${height}x${width}`;
  const rows = repeated(functions, batch);
  const columns = Float32Array.from({ length: batch * pixels * count }, (_, i) => {
    return ((factor - 1) / pixels) * functions[i % count]![Math.floor(i / count) % pixels]!;
  });
  const tokens = graph.node(
    'Reshape',
    'lowest',
    [x, graph.integers([batch, pixels, channels])],
    [batch, pixels, channels],
  );
  const parts = graph.node(
    'MatMul',
    'lowest',
    [graph.floats(label, rows, [batch, count, pixels]), tokens],
    [batch, count, channels],
  );
  const low = graph.node(
    'MatMul',
    'lowest',
    [graph.floats(`${label} by ${factor}`, columns, [batch, pixels, count]), parts],
    [batch, pixels, channels],
  );
  const sum = graph.node('Add', 'lowest', [tokens, low], [batch, pixels, channels]);
  const lying = [batch, height, width, channels];
  return { ...graph.node('Reshape', 'lowest', [sum, graph.integers(lying)], lying), shape: x.shape };
}

function repeated(rows: readonly Float32Array[], times: number): Float32Array {
  const all = rows.flatMap((row) => [...row]);
  return Float32Array.from({ length: times * all.length }, (_, i) => all[i % all.length]!);
}
