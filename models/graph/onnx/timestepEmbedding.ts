/** `get_timestep_embedding` (diffusers 0.42.1, embeddings.py) as nodes, its frequencies rounded to float32 where torch's are. */
import type { Timestep, Value } from '../layers';
import type { GraphBuilder } from './graphBuilder';

const MAX_PERIOD = 10_000;

/** exp(-ln(10000) · i / (half - freqShift)) for i below half. */
export function frequencies({ width, freqShift }: Timestep): Float32Array {
  const half = Math.floor(width / 2);
  const slope = Math.fround(-Math.log(MAX_PERIOD));
  const divisor = Math.fround(half - freqShift);
  return Float32Array.from({ length: half }, (_, i) => Math.exp(Math.fround(Math.fround(slope * i) / divisor)));
}

export function timestepEmbedding(graph: GraphBuilder, timestep: Value, options: Timestep): Value {
  const scope = 'time_proj';
  const half = Math.floor(options.width / 2);
  const rates = graph.floats(`${scope}.frequencies`, frequencies(options), [1, half]);
  const angles = graph.node('Mul', scope, [timestep, rates], [1, half]);
  const sine = graph.node('Sin', scope, [angles], [1, half]);
  const cosine = graph.node('Cos', scope, [angles], [1, half]);
  const parts: (Value | string)[] = options.flipSinToCos ? [cosine, sine] : [sine, cosine];
  if (options.width % 2 === 1) parts.push(graph.floats(`${scope}.padding`, [0], [1, 1]));
  return graph.node('Concat', scope, parts, [1, options.width], { axis: 1 });
}
