/** What stands before the graphs for QNN and is computed by whoever runs them: the two inputs that `qnnLayers.ts` names. */
import type { UNetConfig } from '../../sd15';
import { frequencies } from '../onnx/timestepEmbedding';

/** The UNet's `time_proj` `[1, C]` of a timestep (`get_timestep_embedding`, diffusers 0.42.1, embeddings.py). */
export function timeProjection(
  { blockOutChannels, flipSinToCos, freqShift }: UNetConfig,
  timestep: number,
): Float32Array {
  const width = blockOutChannels[0]!;
  const angles = frequencies({ width, flipSinToCos, freqShift }).map((rate) => rate * timestep);
  const [sine, cosine] = [angles.map(Math.sin), angles.map(Math.cos)];
  const projection = new Float32Array(width);
  projection.set(flipSinToCos ? cosine : sine);
  projection.set(flipSinToCos ? sine : cosine, angles.length);
  return projection;
}

/** The text encoder's `token_embeddings` `[1, T, D]`: the rows of `table` `[vocabulary, width]` that `ids` name. */
export function tokenEmbeddings(table: Float32Array, width: number, ids: Int32Array): Float32Array {
  const embeddings = new Float32Array(ids.length * width);
  for (const [token, id] of ids.entries()) embeddings.set(table.subarray(id * width, (id + 1) * width), token * width);
  return embeddings;
}
